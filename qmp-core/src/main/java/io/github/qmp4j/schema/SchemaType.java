package io.github.qmp4j.schema;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One entity of {@code query-qmp-schema}; others are named by the ids that QEMU gives them. */
sealed interface SchemaType {

    /** QEMU's flags on this entity, for example {@code deprecated}. */
    Set<String> features();

    record Command(String arguments, String result, Set<String> features) implements SchemaType {}

    record Event(String data, Set<String> features) implements SchemaType {}

    /**
     * An object.
     *
     * @param tag the member whose value chooses among the variants
     */
    record Struct(Map<String, Member> members, Optional<String> tag, Map<String, String> variants, Set<String> features)
            implements SchemaType {}

    record Enumeration(Map<String, Set<String>> values, Set<String> features) implements SchemaType {}

    record Array(String element, Set<String> features) implements SchemaType {}

    /** A value of any one of these types. */
    record Alternate(List<String> types, Set<String> features) implements SchemaType {}

    /**
     * A value without members.
     *
     * @param json the JSON type: {@code string}, {@code int}, {@code number}, {@code boolean}, {@code null}, {@code value}
     */
    record Builtin(String json, Set<String> features) implements SchemaType {}

    /** A member of a struct. */
    record Member(String type, boolean optional, Set<String> features) {}
}
