package io.github.qmp4j.qmpctl.monitor;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** The version of qmpctl, from the manifest of its jar. */
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        Optional<String> version =
                Optional.ofNullable(Version.class.getPackage().getImplementationVersion());
        return new String[] {"qmpctl " + version.orElse("(not packaged)")};
    }
}
