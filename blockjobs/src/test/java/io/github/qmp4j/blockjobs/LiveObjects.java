package io.github.qmp4j.blockjobs;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/** How many objects of the library's classes the JVM holds, by its own count after a full collection. */
final class LiveObjects {
    private static final Pattern LINE =
            Pattern.compile("\\s*\\d+:\\s+(\\d+)\\s+\\d+\\s+(io\\.github\\.qmp4j\\.\\S+).*");

    private static final List<String> PER_JOB = List.of(
            "TrackedJob", "Job", "Mailbox", "ErrorWatch", "Question", "Call", "Subscription", "QmpEvent", "Graph");

    private LiveObjects() {}

    /** By the name of their class, without the package; lambdas and the classes of tests are left out. */
    static Map<String, Long> count() {
        String histogram;
        try {
            histogram = (String) ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "gcClassHistogram",
                            new Object[] {new String[0]},
                            new String[] {String[].class.getName()});
        } catch (JMException e) {
            throw new AssertionError("the JVM does not count its objects", e);
        }
        Map<String, Long> counts = new TreeMap<>();
        for (String line : histogram.lines().toList()) {
            Matcher matcher = LINE.matcher(line);
            if (matcher.matches()
                    && !matcher.group(2).contains("$$")
                    && !matcher.group(2).contains("Test")) {
                counts.merge(simpleName(matcher.group(2)), Long.parseLong(matcher.group(1)), Long::sum);
            }
        }
        return counts;
    }

    /** Whether an object of this class belongs to one job, one subscription or one command. */
    static boolean isPerJob(String type) {
        return PER_JOB.stream().anyMatch(type::startsWith);
    }

    static long count(String type) {
        return count().getOrDefault(type, 0L);
    }

    private static String simpleName(String type) {
        return type.substring(type.lastIndexOf('.') + 1);
    }
}
