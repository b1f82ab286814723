package io.github.qmp4j.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Answers the commands of {@link FakeJobs} as QEMU does. It writes itself, under the lock, so that no event comes in between. */
final class JobCommands implements Responder {
    private static final Map<String, String> STARTS = Map.of(
            "block-stream", "stream",
            "block-commit", "commit",
            "drive-mirror", "mirror",
            "blockdev-mirror", "mirror",
            "drive-backup", "backup",
            "blockdev-backup", "backup");

    private static final Set<String> ACTIVE = Set.of("created", "running", "paused", "ready", "standby");

    /** In which states QEMU takes which verb. */
    private static final Map<String, Set<String>> VERBS = Map.of(
            "cancel", Set.of("created", "running", "paused", "ready", "standby", "waiting", "pending"),
            "pause", ACTIVE,
            "resume", ACTIVE,
            "set-speed", ACTIVE,
            "complete", Set.of("ready", "standby"),
            "finalize", Set.of("pending"),
            "dismiss", Set.of("concluded"));

    private final FakeJobs jobs;

    JobCommands(FakeJobs jobs) {
        this.jobs = jobs;
    }

    Set<String> names() {
        Set<String> names = new TreeSet<>(STARTS.keySet());
        names.addAll(List.of("query-jobs", "query-block-jobs"));
        VERBS.keySet().stream()
                .flatMap(verb -> Stream.of("job-" + verb, "block-job-" + verb))
                .forEach(names::add);
        names.remove("job-set-speed");
        return names;
    }

    @Override
    public List<Outgoing> answer(ReceivedCommand command) {
        synchronized (jobs) {
            String type = STARTS.get(command.name());
            if (type != null) {
                start(command, type);
            } else if (command.name().equals("query-jobs")) {
                jobs.answer(command, jobs.list(FakeJob::job));
            } else if (command.name().equals("query-block-jobs")) {
                jobs.answer(command, jobs.list(FakeJob::blockJob));
            } else {
                steer(command);
            }
        }
        return List.of();
    }

    private void start(ReceivedCommand command, String type) {
        JsonNode arguments = command.arguments();
        String id =
                arguments.path(arguments.has("job-id") ? "job-id" : "device").asText();
        if (jobs.find(id).isPresent()) {
            refuse(command, "GenericError", "Job ID '" + id + "' already in use");
            return;
        }
        boolean activeCommit = type.equals("commit") && !arguments.has("top") && !arguments.has("top-node");
        jobs.started(id, new FakeJob(id, type, activeCommit || type.equals("mirror"), command, jobs::send));
        jobs.answer(command, Outgoing.reply());
    }

    private void steer(ReceivedCommand command) {
        boolean ofBlockJob = command.name().startsWith("block-job-");
        String verb = command.name().substring(ofBlockJob ? "block-job-".length() : "job-".length());
        JsonNode arguments = command.arguments();
        String id = arguments.path(arguments.has("device") ? "device" : "id").asText();
        Optional<FakeJob> found = jobs.find(id);
        if (found.isEmpty()) {
            if (ofBlockJob) {
                refuse(command, "DeviceNotActive", "Block job '" + id + "' not found");
            } else {
                refuse(command, "GenericError", "Job not found");
            }
            return;
        }
        FakeJob job = found.get();
        boolean forced = !ofBlockJob || arguments.path("force").asBoolean();
        Optional<String> refusal = refusal(job, id, verb, forced);
        if (refusal.isPresent()) {
            refuse(command, "GenericError", refusal.get());
            return;
        }
        // QEMU answers first where the job's own coroutine does the work.
        boolean later = verb.equals("complete")
                || (verb.equals("cancel") && !job.status().equals("pending"));
        if (later) {
            jobs.answer(command, Outgoing.reply());
        }
        jobs.change(id, each -> act(each, verb, arguments, forced));
        if (!later) {
            jobs.answer(command, Outgoing.reply());
        }
    }

    private static Optional<String> refusal(FakeJob job, String id, String verb, boolean forced) {
        if (!VERBS.getOrDefault(verb, Set.of()).contains(job.status())) {
            return Optional.of(
                    "Job '%s' in state '%s' cannot accept command verb '%s'".formatted(id, job.status(), verb));
        }
        if (verb.equals("pause") && job.isUserPaused()) {
            return Optional.of("Job is already paused");
        }
        if (verb.equals("resume") && !job.isUserPaused()) {
            return Optional.of("Can't resume a job that was not paused");
        }
        if (verb.equals("cancel") && !forced && job.isUserPaused()) {
            return Optional.of("The block job for device '%s' is currently paused".formatted(id));
        }
        return Optional.empty();
    }

    private static void act(FakeJob job, String verb, JsonNode arguments, boolean forced) {
        switch (verb) {
            case "pause" -> job.pause();
            case "resume" -> job.resume();
            case "complete" -> job.askToComplete();
            case "finalize" -> job.finalizeNow();
            case "dismiss" -> job.dismiss();
            case "set-speed" -> job.speed(arguments.path("speed").asLong());
            case "cancel" -> {
                // Without force a ready copy ends well, and the guest stays on its source.
                if (job.isReady() && !forced) {
                    job.complete();
                } else {
                    job.cancel();
                }
            }
            default -> throw new IllegalStateException("no verb: " + verb);
        }
    }

    private void refuse(ReceivedCommand command, String errorClass, String desc) {
        jobs.answer(command, Outgoing.error(errorClass, desc));
    }
}
