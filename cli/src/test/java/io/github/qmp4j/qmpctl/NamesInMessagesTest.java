package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.blockjobs.BlockJobs;
import io.github.qmp4j.blockjobs.CommitRequest;
import io.github.qmp4j.qmpctl.failure.OptionNames;
import io.github.qmp4j.qmpctl.monitor.QmpCtl;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Each option, command and API member named in a message exists under exactly that name. */
class NamesInMessagesTest {
    private static final Pattern MEMBER = Pattern.compile("\\b([A-Z]\\w*[a-z]\\w*)\\.([a-z]\\w+)\\b");
    private static final Pattern OPTION = Pattern.compile("(?<![\\w-])--[a-z][a-z-]*[a-z]");
    private static final Pattern COMMAND = Pattern.compile("\\bqmpctl ([a-z]+)\\b");
    private static final List<String> PACKAGES =
            List.of("io.github.qmp4j.", "io.github.qmp4j.blockjobs.", "io.github.qmp4j.client.");

    /** Options of qemu-img and of QEMU's own programs. */
    private static final Set<String> OF_OTHERS = Set.of("--remove", "--monitor", "--chardev");

    /** Members that qmpctl itself calls when needed. */
    private static final Set<String> NEVER_MISSING_IN_QMPCTL = Set.of("QmpOptions.outOfBand");

    private static List<String> ofLibrary() throws Exception {
        return Stream.concat(ClassTexts.of(BlockJobs.class).stream(), ClassTexts.of(QmpOptions.class).stream())
                .toList();
    }

    private static Stream<MatchResult> matches(Pattern pattern, List<String> texts) {
        return texts.stream().flatMap(text -> pattern.matcher(text).results());
    }

    private static Set<String> found(Pattern pattern, List<String> texts) {
        return matches(pattern, texts).map(MatchResult::group).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> members(List<String> texts) {
        return matches(MEMBER, texts)
                .filter(found -> type(found.group(1)).isPresent())
                .map(MatchResult::group)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Optional<Class<?>> type(String name) {
        for (String prefix : PACKAGES) {
            try {
                return Optional.of(Class.forName(prefix + name));
            } catch (ClassNotFoundException elsewhere) {
                // It may be in the next package.
            }
        }
        return Optional.empty();
    }

    private static CommandLine commands() {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        return Main.commandLine(new QmpCtl(nowhere, nowhere));
    }

    private static Set<String> options() {
        List<CommandLine> all = new ArrayList<>(List.of(commands()));
        all.addAll(commands().getSubcommands().values());
        return all.stream()
                .flatMap(command -> command.getCommandSpec().options().stream())
                .flatMap(option -> Stream.of(option.names()))
                .collect(Collectors.toSet());
    }

    @Test
    void theLibraryNamesMembersThatItHas() throws Exception {
        List<String> texts = ofLibrary();
        assertThat(members(texts)).contains("JobSettings.withBitmaps").allSatisfy(name -> {
            String[] parts = name.split("\\.", -1);
            assertThat(Stream.<Member>concat(
                                    Stream.of(type(parts[0]).orElseThrow().getMethods()),
                                    Stream.of(type(parts[0]).orElseThrow().getFields()))
                            .map(Member::getName))
                    .contains(parts[1]);
        });
    }

    @Test
    void theLibraryNamesNoOptionOfQmpctl() throws Exception {
        Set<String> named = found(OPTION, ofLibrary());
        named.removeAll(OF_OTHERS);
        assertThat(named).isEmpty();
    }

    @Test
    void qmpctlSaysItsOwnOptionForEachMemberThatTheLibraryNames() throws Exception {
        Set<String> named = members(ofLibrary());
        named.removeAll(NEVER_MISSING_IN_QMPCTL);
        assertThat(OptionNames.ALL.keySet()).containsExactlyInAnyOrderElementsOf(named);
        assertThat(options()).containsAll(OptionNames.ALL.values());
    }

    @Test
    void qmpctlNamesOptionsAndCommandsThatItHas() throws Exception {
        List<String> texts = ClassTexts.of(Main.class);
        Set<String> named = found(OPTION, texts);
        assertThat(named).hasSizeGreaterThan(20);
        named.removeAll(OF_OTHERS);
        assertThat(options()).containsAll(named);
        assertThat(commands().getSubcommands().keySet())
                .containsAll(
                        matches(COMMAND, texts).map(found -> found.group(1)).toList());
    }

    /** Guards the other tests against an empty list of texts. */
    @Test
    void findsTheTextsOfAClass() throws Exception {
        assertThat(ClassTexts.of(CommitRequest.class))
                .contains("the speed (%d bytes/s) must not be negative; 0 is unlimited");
    }
}
