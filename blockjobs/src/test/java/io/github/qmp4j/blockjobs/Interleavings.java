package io.github.qmp4j.blockjobs;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** The orders in which acts can happen when each waits for those that it comes after. */
final class Interleavings {
    /** So many are made to choose from; where there are more, random ones are taken of all. */
    private static final int MOST = 5_000;

    private final List<Act> acts;
    private final List<List<Act>> found = new ArrayList<>();

    private Interleavings(List<Act> acts) {
        this.acts = acts;
    }

    /** At most so many different orders; all of them if there are no more. */
    static List<List<Act>> of(List<Act> acts, int most, Random random) {
        Interleavings all = new Interleavings(acts);
        all.extend(new ArrayList<>(), new HashSet<>());
        if (all.found.size() == MOST) {
            return all.walks(most, random);
        }
        Collections.shuffle(all.found, random);
        return all.found.subList(0, Math.min(most, all.found.size()));
    }

    private void extend(List<Act> order, Set<String> happened) {
        if (order.size() == acts.size()) {
            found.add(List.copyOf(order));
            return;
        }
        for (Act act : possible(happened)) {
            if (found.size() == MOST) {
                return;
            }
            order.add(act);
            happened.add(act.name());
            extend(order, happened);
            order.remove(order.size() - 1);
            happened.remove(act.name());
        }
    }

    private List<List<Act>> walks(int most, Random random) {
        Set<List<Act>> walks = new LinkedHashSet<>();
        while (walks.size() < Math.min(most, MOST)) {
            List<Act> order = new ArrayList<>();
            Set<String> happened = new HashSet<>();
            while (order.size() < acts.size()) {
                List<Act> next = possible(happened);
                Act act = next.get(random.nextInt(next.size()));
                order.add(act);
                happened.add(act.name());
            }
            walks.add(order);
        }
        return List.copyOf(walks);
    }

    private List<Act> possible(Set<String> happened) {
        List<Act> next = acts.stream()
                .filter(act -> !happened.contains(act.name()) && happened.containsAll(act.after()))
                .toList();
        if (next.isEmpty()) {
            throw new IllegalStateException("of %s nothing can follow %s".formatted(acts, happened));
        }
        return next;
    }
}
