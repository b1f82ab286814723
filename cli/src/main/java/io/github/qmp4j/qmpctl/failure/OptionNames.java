package io.github.qmp4j.qmpctl.failure;

import java.util.Map;

/** Replaces names of the library's API in its messages by the options of qmpctl that do the same. */
public final class OptionNames {
    /** The option for each name of the API. */
    public static final Map<String, String> ALL = Map.of(
            "JobSettings.withBitmaps", "--bitmaps",
            "JobSettings.withPlainText", "--allow-plain-text",
            "CommitRequest.withGrowsDisk", "--grow",
            "CopyRequest.withReuseExternal", "--reuse-external",
            "BlockJobOptions.withIdleExports", "--quiet-exports");

    private OptionNames() {}

    /** A message of the library with the options of qmpctl. */
    static String in(String sentence) {
        String said = sentence;
        for (Map.Entry<String, String> name : ALL.entrySet()) {
            said = said.replace(name.getKey(), name.getValue());
        }
        return said;
    }
}
