package io.github.qmp4j.blockjobs;

import static io.github.qmp4j.blockjobs.ScriptedVm.J;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What becomes of one job, whatever the order in which QEMU tells of it.
 *
 * @param life what QEMU does, in the only order that there is for it: the states of its state machine, what it tells
 *     besides, and the verbs that it obeys
 * @param verb what the user asks of the job: {@code complete}, {@code finish}, {@code cancel}, or {@code none}
 * @param tooLate whether QEMU comes to that verb only when the job has ended
 */
record Story(
        String title,
        Kind kind,
        List<String> life,
        String verb,
        boolean tooLate,
        List<Class<? extends End>> ends,
        Head head) {

    /** The commands of the jobs, and what each makes of disk0. */
    enum Kind {
        PULL("block-stream", "stream"),
        INTERMEDIATE("block-commit", "commit"),
        ACTIVE("block-commit", "commit"),
        COPY("drive-mirror", "mirror");

        final String command;
        final String type;

        Kind(String command, String type) {
            this.command = command;
            this.type = type;
        }

        BlockJobRequest request() {
            return switch (this) {
                case PULL -> ScriptedVm.PULL;
                case INTERMEDIATE -> ScriptedVm.COMMIT.withTop("mid");
                case ACTIVE -> ScriptedVm.COMMIT;
                case COPY ->
                    CopyRequest.of("disk0", "/images/copy.qcow2", "qcow2").withSettings(J);
            };
        }

        String[] after() {
            return switch (this) {
                case PULL -> new String[] {"active"};
                case INTERMEDIATE -> new String[] {"active", "base"};
                case ACTIVE -> new String[] {"base"};
                case COPY -> new String[] {"j"};
            };
        }
    }

    /** Who dismisses the job, and when. */
    enum Dismissal {
        OURS,
        FOREIGN_BEFORE_ITS_RESULT_IS_READ,
        FOREIGN_AFTER_ITS_RESULT_WAS_READ
    }

    static Story of(String title, Kind kind, String life) {
        return new Story(title, kind, List.of(life.split(" ")), "none", false, List.of(), Head.UNKNOWN);
    }

    Story asking(String newVerb) {
        return new Story(title, kind, life, newVerb, tooLate, ends, head);
    }

    Story askingTooLate(String newVerb) {
        return new Story(title, kind, life, newVerb, true, ends, head);
    }

    Story endsAs(Head newHead, Class<? extends End> end) {
        return new Story(title, kind, life, verb, tooLate, List.of(end), newHead);
    }

    boolean becomesReady() {
        return life.contains("ready");
    }

    boolean stopsOnError() {
        return life.contains("STOP");
    }

    /** The same with the short pause that QEMU makes to drain a node, at each place where there can be one. */
    List<Story> withNoise() {
        List<Story> noisy = new ArrayList<>();
        for (int i = 0; i < life.size(); i++) {
            String state = stateAfter(i);
            boolean readyIsTold = i + 1 < life.size() && life.get(i + 1).equals("READY");
            if ((state.equals("running") || state.equals("ready")) && !readyIsTold) {
                List<String> more = new ArrayList<>(life);
                String number = "~noise" + i;
                more.addAll(
                        i + 1,
                        state.equals("running")
                                ? List.of("paused" + number, "running" + number)
                                : List.of("standby" + number, "ready" + number));
                noisy.add(new Story(title, kind, more, verb, tooLate, ends, head));
            }
        }
        return noisy;
    }

    /** A job that an error has stopped stays paused until it is resumed. */
    private String stateAfter(int place) {
        List<String> past = life.subList(0, place + 1);
        if (past.contains("STOP") && !past.contains("resume")) {
            return "stopped";
        }
        return life.subList(0, place + 1).stream()
                .filter(token -> Character.isLowerCase(token.charAt(0)) && !isVerb(token))
                .filter(token -> !token.equals("see") && !token.equals("switched"))
                .map(token -> token.replaceAll("~.*", ""))
                .reduce("", (earlier, later) -> later);
    }

    /** All that happens, and what of it must come before what. */
    List<Act> acts(Dismissal dismissal) {
        List<Act> acts = new ArrayList<>();
        String before = "";
        for (String token : life) {
            boolean needsHandle = isVerb(token) || token.equals("see");
            acts.add(new Act(token, present(before, needsHandle ? "reply" : "")));
            if (isVerb(token)) {
                acts.add(new Act(token + "-reply", token));
            }
            before = token;
        }
        acts.add(new Act("reply", life.contains("running") ? "running" : "created"));
        String ended = before;
        switch (dismissal) {
            case OURS -> {
                acts.add(new Act("result", ended, "reply"));
                acts.add(new Act("dismiss", "result"));
            }
            case FOREIGN_BEFORE_ITS_RESULT_IS_READ -> {
                acts.add(new Act("foreign-dismiss", ended));
                acts.add(new Act("result", "foreign-dismiss", "reply"));
            }
            case FOREIGN_AFTER_ITS_RESULT_WAS_READ -> {
                acts.add(new Act("result", ended, "reply"));
                acts.add(new Act("foreign-dismiss", "result"));
            }
        }
        if (tooLate) {
            acts.add(new Act("too-late", ended, "reply"));
        }
        return acts;
    }

    private static boolean isVerb(String token) {
        return List.of("complete", "finish", "cancel", "resume").contains(token);
    }

    private static String[] present(String... names) {
        return Arrays.stream(names).filter(name -> !name.isEmpty()).toArray(String[]::new);
    }

    @Override
    public String toString() {
        return kind + " " + title + ends.stream().map(Class::getSimpleName).collect(Collectors.joining("|", " (", ")"));
    }
}
