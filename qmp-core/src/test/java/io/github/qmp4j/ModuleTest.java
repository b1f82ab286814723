package io.github.qmp4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.lang.module.Configuration;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.lang.module.ResolvedModule;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The tests run on the class path; this one sees that the module path would work too. */
@Timeout(300)
class ModuleTest {
    private static final String NAME = "io.github.qmp4j.core";

    @Test
    void theModuleResolvesAgainstItsDependenciesAndLoadsAClassThatNeedsThem() throws Exception {
        Configuration graph = configuration();
        assertThat(graph.modules())
                .extracting(ResolvedModule::name)
                .contains(NAME, "com.fasterxml.jackson.databind", "io.netty.transport", "org.slf4j", "org.jspecify");
        ModuleLayer layer = ModuleLayer.boot().defineModulesWithOneLoader(graph, ClassLoader.getPlatformClassLoader());
        Class<?> dialer = Class.forName(layer.findModule(NAME).orElseThrow(), "io.github.qmp4j.transport.Dialer");
        assertThat(dialer).isNotNull();
        assertThat(dialer.getModule().isNamed()).isTrue();
        // Links every signature, so that a module which is read too little shows.
        assertThat(dialer.getDeclaredMethods()).isNotEmpty();
    }

    @Test
    void onlyThePackagesForUsersAreExported() throws Exception {
        ModuleReference core = ModuleFinder.of(classes()).find(NAME).orElseThrow();
        Set<String> exported = Set.copyOf(core.descriptor().exports().stream()
                .filter(export -> !export.isQualified())
                .map(ModuleDescriptor.Exports::source)
                .toList());
        assertThat(exported)
                .contains(
                        "io.github.qmp4j", "io.github.qmp4j.client", "io.github.qmp4j.event", "io.github.qmp4j.schema")
                .doesNotContain("io.github.qmp4j.codec", "io.github.qmp4j.transport", "io.github.qmp4j.threads");
        assertThat(core.descriptor().packages()).containsAll(exported);
    }

    private static Configuration configuration() throws URISyntaxException {
        Path[] jars = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.matches(".*/(netty|jackson|slf4j-api|jspecify)[^/]*\\.jar"))
                .map(Path::of)
                .toArray(Path[]::new);
        return Configuration.resolve(
                ModuleFinder.of(classes()),
                List.of(ModuleLayer.boot().configuration()),
                ModuleFinder.of(jars),
                List.of(NAME));
    }

    private static Path classes() throws URISyntaxException {
        return Path.of(QmpAddress.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    }
}
