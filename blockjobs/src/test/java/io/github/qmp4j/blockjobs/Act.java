package io.github.qmp4j.blockjobs;

import java.util.List;

/**
 * One thing that happens to a job: QEMU tells of it, answers, obeys, or is asked.
 *
 * @param name what {@link Play} does; after a {@code ~} comes what tells two of the same apart
 * @param after the names of those that must have happened before
 */
record Act(String name, List<String> after) {

    Act(String name, String... after) {
        this(name, List.of(after));
    }

    String what() {
        return name.contains("~") ? name.substring(0, name.indexOf('~')) : name;
    }

    @Override
    public String toString() {
        return name;
    }
}
