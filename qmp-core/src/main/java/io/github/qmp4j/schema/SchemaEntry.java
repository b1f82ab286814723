package io.github.qmp4j.schema;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The entry at one path of a {@link QmpSchema}, for people and for completion.
 *
 * @param type {@code command}, {@code event}, {@code object}, {@code enum}, or a JSON type; several, parted by
 *     {@code " or "}, where a value may be any of them
 * @param returns the type of what a command returns, in brackets for an array; empty for nothing and where it is no command
 * @param features QEMU's flags on it, for example {@code deprecated}
 * @param members the arguments of a command, the data of an event, or the members of an object, in QEMU's order
 * @param tag the member whose value decides on further members; empty where none does
 * @param variants the values of that member for which there are further members, at the path {@code +value}, sorted
 * @param values of an enumeration, in QEMU's order
 */
public record SchemaEntry(
        String type,
        Optional<String> returns,
        Set<String> features,
        List<Member> members,
        Optional<String> tag,
        List<String> variants,
        List<String> values) {
    public SchemaEntry {
        features = Set.copyOf(features);
        members = List.copyOf(members);
        variants = List.copyOf(variants);
        values = List.copyOf(values);
    }

    /**
     * One argument, or one member of an object.
     *
     * @param type as that of an entry; in brackets for an array, {@code [string]}
     * @param values those that QEMU takes, where the type is an enumeration; else empty
     */
    public record Member(String name, String type, boolean optional, Set<String> features, List<String> values) {
        public Member {
            features = Set.copyOf(features);
            values = List.copyOf(values);
        }
    }
}
