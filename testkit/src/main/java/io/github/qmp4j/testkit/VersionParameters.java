package io.github.qmp4j.testkit;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/** What the methods of a class with {@link QemuVersions} may take. */
record VersionParameters(String version) implements ParameterResolver {
    private static final String CONTAINER = "io.github.qmp4j.testkit.QemuContainer";
    private static final String NO_CONTAINER =
            " takes a QemuContainer, and the QEMU of this machine is in none: give @QemuVersions versions, or containersOnly";

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == QemuPlace.class || isContainer(type);
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        if (parameter.getParameter().getType() == QemuPlace.class) {
            return QemuPlace.current();
        }
        if (isLocal()) {
            throw new ParameterResolutionException(
                    parameter.getDeclaringExecutable().getName() + NO_CONTAINER);
        }
        AutoCloseable container = QemuContainer.ofVersion(version);
        // The store closes it when the test has ended.
        context.getStore(ExtensionContext.Namespace.create(VersionParameters.class))
                .put(new Object(), container);
        return container;
    }

    /** By its name, since to load the class is to need Testcontainers. */
    private static boolean isContainer(Class<?> type) {
        return type.getName().equals(CONTAINER);
    }

    private boolean isLocal() {
        return version.equals(QemuVersionsExtension.LOCAL);
    }
}
