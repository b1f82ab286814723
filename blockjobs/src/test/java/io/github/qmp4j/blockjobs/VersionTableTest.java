package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/** The table of versions in the package documentation is whole, and names tests that are there. */
class VersionTableTest {
    private static final String PACKAGE = VersionTableTest.class.getPackageName();
    private static final Pattern NAMED = Pattern.compile("\\{@code (\\w+Test)\\.(\\w+)}");
    private static final Pattern CELL = Pattern.compile("<td(?: colspan=\"(\\d)\")?>");
    /** What differs, the four versions, and the tests. */
    private static final int COLUMNS = 6;

    private static final List<Class<?>> BY_VERSION = List.of(
            EndByVersionTest.class,
            OrderByVersionTest.class,
            PauseByVersionTest.class,
            ReadyErrorTest.class,
            SchemaByVersionTest.class,
            SizeByVersionTest.class);

    private static String documentation() throws IOException {
        return Files.readString(Path.of("src/main/java", PACKAGE.replace('.', '/'), "package-info.java"));
    }

    private static List<String> rows() throws IOException {
        String text = documentation();
        String body = text.substring(text.indexOf("<tbody>"), text.indexOf("</tbody>"));
        return Stream.of(body.split("<tr>")).skip(1).toList();
    }

    private static boolean isTest(Method method) {
        return method.isAnnotationPresent(Test.class) || method.isAnnotationPresent(ParameterizedTest.class);
    }

    @Test
    void everyLineHasAllColumnsAndNamesATest() throws IOException {
        assertThat(rows()).hasSizeGreaterThan(20).allSatisfy(row -> {
            int columns = CELL.matcher(row)
                    .results()
                    .mapToInt(cell -> cell.group(1) == null ? 1 : Integer.parseInt(cell.group(1)))
                    .sum();
            assertThat(columns).isEqualTo(COLUMNS);
            assertThat(row.substring(row.lastIndexOf("<td>"))).containsPattern(NAMED);
        });
    }

    @Test
    void everyTestThatIsNamedIsThere() throws Exception {
        for (MatchResult named : NAMED.matcher(documentation()).results().toList()) {
            Class<?> test = Class.forName(PACKAGE + "." + named.group(1));
            assertThat(Arrays.stream(test.getDeclaredMethods())
                            .filter(VersionTableTest::isTest)
                            .map(Method::getName))
                    .as(named.group())
                    .contains(named.group(2));
        }
    }

    @Test
    void everyTestOfWhatDiffersIsNamed() throws IOException {
        String text = documentation();
        for (Class<?> test : BY_VERSION) {
            Stream.of(test.getDeclaredMethods())
                    .filter(VersionTableTest::isTest)
                    .forEach(method ->
                            assertThat(text).contains("{@code " + test.getSimpleName() + "." + method.getName() + "}"));
        }
    }
}
