package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The distribution: the archive and the Debian package. */
@Timeout(300)
class DistributionIT {
    private static final String VERSION = Installed.archive()
            .getFileName()
            .toString()
            .replaceFirst("^qmpctl-", "")
            .replaceFirst("\\.tar\\.gz$", "");

    @TempDir
    private Path folder;

    @Test
    void theArchiveHoldsAllThatIsNeededInOneFolderAndNothingOfTheTests() throws IOException {
        List<String> entries = Installed.run("tar", "-tzf", Installed.archive().toString())
                .lines()
                .toList();
        String root = "qmpctl-" + VERSION + "/";
        assertThat(entries).allMatch(entry -> entry.startsWith(root));
        assertThat(entries)
                .contains(
                        root + "bin/qmpctl",
                        root + "lib/jvm",
                        root + "class-data/",
                        root + "LICENSE",
                        root + "copyright",
                        root + "share/bash-completion/completions/qmpctl",
                        root + "share/zsh/site-functions/_qmpctl",
                        root + "share/fish/vendor_completions.d/qmpctl.fish",
                        root + "share/man/man1/qmpctl.1",
                        root + "share/man/man1/qmpctl-commit.1");
        assertThat(entries).noneMatch(entry -> entry.matches(".*(junit|assertj|testkit|-tests|netty-codec-native).*"));
        assertThat(Files.mismatch(Installed.home().resolve("LICENSE"), Path.of("..", "LICENSE")))
                .isEqualTo(-1);
        for (String jar : jars(Installed.home().resolve("lib"))) {
            assertThat(Files.readString(Installed.home().resolve("copyright")))
                    .as("the licence of %s", jar)
                    .containsPattern(
                            jar.matches("(qmpctl|blockjobs|qmp-core)-.*")
                                    ? "Files: \\*"
                                    : "lib/" + jar.replaceFirst("-.*", "-"));
        }
    }

    @Test
    void whatTheArchiveHoldsRunsAJobOnARealQemu() {
        assertThat(Child.run("--version").with(0).out()).isEqualTo("qmpctl " + VERSION + "\n");
        assertJob(Installed.launcher(), Map.of());
    }

    @Test
    void theDebianPackageSaysWhatItNeedsAndWhereItPutsWhat() {
        assumeTrue(TerminalTest.isThere("dpkg-deb"), "there is no dpkg-deb here");
        String file = Installed.debianPackage().toString();
        String control = Installed.run("dpkg-deb", "--field", file);
        assertThat(control)
                .contains("Package: qmpctl\n", "Architecture: all\n", "Maintainer: ")
                .contains("Version: " + VERSION.replace("-SNAPSHOT", "~"))
                .contains("Depends: default-jre-headless (>= 2:1.17) | java17-runtime-headless\n");
        assertThat(Installed.run("dpkg-deb", "--ctrl-tarfile", file)).contains("postinst", "postrm", "triggers");
        String contents = Installed.run("dpkg-deb", "--contents", file);
        assertThat(contents)
                .containsPattern("(?m)^-rwxr-xr-x root/root .* \\./usr/share/qmpctl/bin/qmpctl$")
                .containsPattern("(?m)^-rw-r--r-- root/root .* \\./usr/share/qmpctl/lib/jvm$")
                .containsPattern("(?m)^l.* \\./usr/bin/qmpctl -> \\.\\./share/qmpctl/bin/qmpctl$")
                .containsPattern("(?m)^-rw-r--r-- .* \\./usr/share/man/man1/qmpctl-pull\\.1$")
                .containsPattern("(?m)^-rw-r--r-- .* \\./usr/share/bash-completion/completions/qmpctl$")
                .containsPattern("(?m)^-rw-r--r-- .* \\./usr/share/zsh/vendor-completions/_qmpctl$")
                .containsPattern("(?m)^-rw-r--r-- .* \\./usr/share/fish/vendor_completions\\.d/qmpctl\\.fish$")
                .containsPattern("(?m)^-rw-r--r-- .* \\./usr/share/doc/qmpctl/copyright$");
        assertThat(contents.lines()).allMatch(line -> line.contains(" root/root "));
    }

    @Test
    void whatTheDebianPackageInstallsRunsAJobOnARealQemu() throws IOException {
        assumeTrue(TerminalTest.isThere("dpkg-deb"), "there is no dpkg-deb here");
        Installed.run("dpkg-deb", "-x", Installed.debianPackage().toString(), folder.toString());
        assertThat(jars(folder.resolve("usr/share/qmpctl/lib")))
                .isEqualTo(jars(Installed.home().resolve("lib")));
        assertJob(
                folder.resolve("usr/bin/qmpctl"),
                Map.of("XDG_CACHE_HOME", folder.resolve("cache").toString()));
    }

    @Test
    void theScriptsOfThePackageAreShell() throws IOException {
        for (String script : List.of("postinst", "postrm")) {
            Installed.run("sh", "-n", Path.of("src/main/deb", script).toString());
            assertThat(Path.of("src/main/deb", script)).isExecutable();
        }
    }

    /** Asserts that this qmpctl pulls a chain, by the second monitor and qemu-img. */
    private static void assertJob(Path launcher, Map<String, String> environment) {
        try (Vm vm = new Vm()) {
            ChainedDisk disk = vm.disk(1);
            try (Child child = Child.ofLauncher(launcher, environment, vm.onMonitor("pull", disk.name()))) {
                assertThat(child.ended().with(0).withSilentErr().out()).contains(": completed");
            }
            disk.assertChain("active");
            disk.assertUnchanged(disk.image("active"));
        }
    }

    private static Set<String> jars(Path lib) throws IOException {
        try (Stream<Path> files = Files.list(lib)) {
            Set<String> jars = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".jar"))
                    .collect(Collectors.toCollection(TreeSet::new));
            assertThat(jars).isNotEmpty();
            return jars;
        }
    }
}
