package io.github.qmp4j.blockjobs.record;

import io.github.qmp4j.blockjobs.JobRecord;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.List;
import java.util.stream.Stream;

/**
 * A property of an object that a record of a job holds: a component of a record, or a field of a request or its settings, which a
 * {@code with} method changes on a copy unless it is final.
 */
record Property(String name, Class<?> plain, Type type, AccessibleObject reader) {

    /** Whether this library's objects are of this type, and have properties. */
    static boolean areOf(Class<?> type) {
        return type.isRecord()
                || (type.getPackageName().equals(JobRecord.class.getPackageName())
                        && !type.isEnum()
                        && !type.isInterface());
    }

    static List<Property> of(Class<?> type) {
        Stream<Property> all = type.isRecord()
                ? Stream.of(type.getRecordComponents())
                        .map(one -> new Property(one.getName(), one.getType(), one.getGenericType(), one.getAccessor()))
                : Stream.of(type.getDeclaredFields())
                        .filter(field -> !Modifier.isStatic(field.getModifiers()))
                        .map(field -> new Property(field.getName(), field.getType(), field.getGenericType(), field));
        return all.peek(one -> one.reader().setAccessible(true)).toList();
    }

    /** Whether it is given when an object is made, and not changed on a copy. */
    boolean isGivenFirst() {
        return !(reader instanceof Field field) || Modifier.isFinal(field.getModifiers());
    }

    Object valueIn(Object owner) {
        try {
            return reader instanceof Field field ? field.get(owner) : ((Method) reader).invoke(owner);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("the property %s gives nothing".formatted(this), e);
        }
    }

    /** A copy of the owner with another value, which is there if it is optional. */
    Object changed(Object owner, Object value) throws ReflectiveOperationException {
        String wither = "with" + Character.toUpperCase(name.charAt(0)) + name.substring(1);
        Method method = Stream.of(owner.getClass().getDeclaredMethods())
                .filter(one -> one.getName().equals(wither))
                .findFirst()
                .orElseThrow(() -> new NoSuchMethodException(wither));
        return method.invoke(owner, RecordWriter.present(value).orElseThrow());
    }
}
