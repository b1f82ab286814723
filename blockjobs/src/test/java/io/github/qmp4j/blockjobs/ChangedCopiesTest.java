package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmp4j.QmpObserver;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.WireTrace;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests, settings and options are never changed: a {@code with} method gives a copy that differs in one property. */
class ChangedCopiesTest {
    private static final Map<Class<?>, Object> VALUES = Map.ofEntries(
            Map.entry(int.class, 7),
            Map.entry(long.class, 1024L),
            Map.entry(String.class, "word"),
            Map.entry(Duration.class, Duration.ofSeconds(7)),
            Map.entry(Executor.class, (Executor) Runnable::run),
            Map.entry(List.class, List.of(new QmpObserver() {})),
            Map.entry(WireTrace.class, (WireTrace) (time, way, connection, json) -> {}),
            Map.entry(JobStore.class, new PassingStore(JobStore.none())),
            Map.entry(FileAccess.class, FileAccess.local()),
            Map.entry(ImageRules.class, ImageRules.of(List.of("/images"), "raw")),
            Map.entry(JobId.class, new JobId("j")),
            Map.entry(ErrorPolicy.class, ErrorPolicy.STOP),
            Map.entry(BitmapRule.class, BitmapRule.MERGE),
            Map.entry(PivotHooks.class, hooks()),
            Map.entry(BackingName.class, BackingName.ABSOLUTE),
            Map.entry(WhenReady.class, WhenReady.PIVOT),
            Map.entry(CopyExtent.class, CopyExtent.TOP),
            Map.entry(CopyEngine.class, CopyEngine.DRIVE_MIRROR),
            Map.entry(JobSettings.class, JobSettings.defaults().withSpeed(1)));

    static Stream<Object> originals() {
        return Stream.of(
                QmpOptions.defaults(),
                BlockJobOptions.defaults(),
                JobSettings.defaults(),
                PullRequest.of("disk0"),
                CommitRequest.of("disk0"),
                CopyRequest.of("disk0", "/images/copy.qcow2", "qcow2"));
    }

    @ParameterizedTest
    @MethodSource("originals")
    void everyPropertyIsChangedOnACopyAlone(Object original) throws ReflectiveOperationException {
        Map<String, Object> before = properties(original);
        List<Method> withers = withers(original);
        assertThat(withers).hasSizeGreaterThan(4);
        for (Method wither : withers) {
            String name = wither.getName().substring("with".length());
            String property = Character.toLowerCase(name.charAt(0)) + name.substring(1);
            Object copy = wither.invoke(original, another(wither.getParameterTypes()[0], value(original, property)));

            assertThat(properties(original)).isEqualTo(before);
            assertThat(properties(copy).get(property)).as(property).isNotEqualTo(before.get(property));
            before.forEach((other, value) -> {
                if (!other.equals(property)) {
                    assertThat(copy)
                            .as(property)
                            .extracting(one -> value(one, other))
                            .isEqualTo(value);
                }
            });
            assertThat(copy).as(property).isNotEqualTo(original).isNotEqualTo("another");
            assertThat(wither.invoke(original, argument(copy, property)))
                    .isEqualTo(copy)
                    .hasSameHashCodeAs(copy);
            assertThat(copy.toString()).isNotEqualTo(original.toString());
        }
    }

    @Test
    void aCombinationThatMakesNoSenseIsRefusedWhenItIsMade() {
        CommitRequest finished = CommitRequest.of("d").withWhenReady(WhenReady.FINISH);
        assertThatThrownBy(() -> finished.withDeletesReleased(true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("releases no images");
        PullRequest based = PullRequest.of("d").withBase("base");
        assertThatThrownBy(() -> based.withBottom("snap1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not both");
    }

    private static List<Method> withers(Object original) {
        return Stream.of(original.getClass().getMethods())
                .filter(method -> method.getName().startsWith("with") && !Modifier.isStatic(method.getModifiers()))
                .toList();
    }

    private static Map<String, Object> properties(Object owner) {
        return withers(owner).stream()
                .map(wither -> wither.getName().substring("with".length()))
                .map(name -> Character.toLowerCase(name.charAt(0)) + name.substring(1))
                .collect(Collectors.toMap(name -> name, name -> value(owner, name)));
    }

    private static Object value(Object owner, String property) {
        try {
            return owner.getClass().getMethod(property).invoke(owner);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("no property " + property, e);
        }
    }

    private static Object another(Class<?> type, Object now) {
        return type == boolean.class ? !(Boolean) now : Objects.requireNonNull(VALUES.get(type), type::getName);
    }

    private static Object argument(Object copy, String property) {
        Object value = value(copy, property);
        if (value instanceof Optional<?> optional) {
            return optional.orElseThrow();
        }
        return value instanceof OptionalLong optional ? optional.getAsLong() : value;
    }

    private static PivotHooks hooks() {
        return PivotHooks.of(
                jobs -> CompletableFuture.completedFuture(null), jobs -> CompletableFuture.completedFuture(null));
    }
}
