package io.github.qmp4j.testkit;

import java.lang.annotation.Annotation;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.ClassTemplate;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ClassTemplateInvocationContext;
import org.junit.jupiter.api.extension.ClassTemplateInvocationContextProvider;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Makes one invocation of a class with {@link QemuVersions} for each version. */
final class QemuVersionsExtension
        implements ClassTemplateInvocationContextProvider, BeforeAllCallback, AfterAllCallback {
    static final String LOCAL = "local";
    private static final String PROPERTY = "qmp4j.versions";
    /** Those of {@code QemuImage}, named again so that a class that asks for local QEMU only needs no Testcontainers. */
    private static final List<String> KNOWN = List.of(LOCAL, "5.2", "7.2", "10.0", "11.1");

    @Override
    public boolean supportsClassTemplate(ExtensionContext context) {
        return AnnotationSupport.isAnnotated(context.getRequiredTestClass(), QemuVersions.class);
    }

    @Override
    public Stream<? extends ClassTemplateInvocationContext> provideClassTemplateInvocationContexts(
            ExtensionContext context) {
        Class<?> testClass = context.getRequiredTestClass();
        refuseOtherTemplates(testClass);
        List<String> versions = versionsOf(testClass);
        return versions.isEmpty()
                ? Stream.of(
                        new NothingAsked("needs QEMU in a container, and only that of this machine was asked for; -D"
                                + PROPERTY + "=" + String.join(",", KNOWN) + " asks for all"))
                : versions.stream().map(version -> new VersionInvocation(version, testClass));
    }

    /** JUnit would run the class once for each version without parameters, and once for each parameter without a version. */
    private static void refuseOtherTemplates(Class<?> testClass) {
        for (Annotation each : testClass.getAnnotations()) {
            Class<?> type = each.annotationType();
            if (type != QemuVersions.class && AnnotationSupport.isAnnotated(type, ClassTemplate.class)) {
                throw new ExtensionConfigurationException(testClass.getSimpleName() + " has @QemuVersions and @"
                        + type.getSimpleName() + ", of which a class can have one");
            }
        }
    }

    /** Once for all invocations, and for each nested class too, which is no concern of this. */
    @Override
    public void beforeAll(ExtensionContext context) {
        if (supportsClassTemplate(context)) {
            QemuPlace.begin();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (supportsClassTemplate(context)) {
            QemuPlace.end();
        }
    }

    private static List<String> versionsOf(Class<?> testClass) {
        QemuVersions annotation =
                AnnotationSupport.findAnnotation(testClass, QemuVersions.class).orElseThrow();
        List<String> asked = annotation.value().length == 0
                ? checked(
                        List.of(System.getProperty(PROPERTY, LOCAL).split(",", -1)), "the system property " + PROPERTY)
                : checked(List.of(annotation.value()), "@QemuVersions of " + testClass.getSimpleName());
        return asked.stream()
                .filter(version -> !annotation.containersOnly() || !version.equals(LOCAL))
                .toList();
    }

    private static List<String> checked(List<String> asked, String where) {
        List<String> versions = asked.stream().map(String::strip).toList();
        for (String version : versions) {
            if (!KNOWN.contains(version)) {
                throw new ExtensionConfigurationException(
                        where + " asks for QEMU \"" + version + "\": the versions are " + String.join(", ", KNOWN));
            }
        }
        if (versions.stream().distinct().count() < versions.size()) {
            throw new ExtensionConfigurationException(where + " names a version twice: " + String.join(",", versions));
        }
        return versions;
    }
}
