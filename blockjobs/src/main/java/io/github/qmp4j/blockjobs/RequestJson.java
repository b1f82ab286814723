package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** A request as JSON: its type, and its components by their names. */
final class RequestJson {
    private static final String TYPE = "type";
    private static final String PULL = "pull";
    private static final String COMMIT = "commit";
    private static final String COPY = "copy";

    private RequestJson() {}

    static ObjectNode write(BlockJobRequest request) {
        ObjectNode json = RecordJson.object();
        if (request instanceof PullRequest pull) {
            json.put(TYPE, PULL);
            pull.base().ifPresent(node -> json.put("base", node));
            pull.bottom().ifPresent(node -> json.put("bottom", node));
        } else if (request instanceof CommitRequest commit) {
            json.put(TYPE, COMMIT);
            commit.top().ifPresent(node -> json.put("top", node));
            commit.base().ifPresent(node -> json.put("base", node));
            json.put("shallow", commit.shallow());
        } else if (request instanceof CopyRequest copy) {
            json.put(TYPE, COPY);
            json.put("target", copy.target());
            json.put("format", copy.format());
            json.put("shallow", copy.shallow());
            json.put("reuseExternal", copy.reuseExternal());
            copy.granularity().ifPresent(bytes -> json.put("granularity", bytes));
            copy.bufSize().ifPresent(bytes -> json.put("bufSize", bytes));
            json.put("synchronousWrites", copy.synchronousWrites());
        } else {
            throw new IllegalArgumentException("a request that no store can hold: " + request);
        }
        json.put("disk", request.disk().name());
        json.set("settings", settings(request.settings()));
        return json;
    }

    private static ObjectNode settings(JobSettings settings) {
        ObjectNode json = RecordJson.object();
        settings.jobId().ifPresent(id -> json.put("jobId", id.value()));
        json.put("speed", settings.speed());
        json.put("onError", Members.word(settings.onError()));
        return json;
    }

    static BlockJobRequest read(Members json) {
        JobSettings settings = settings(json.object("settings"));
        String disk = json.text("disk");
        return switch (json.text(TYPE)) {
            case PULL -> pull(json, PullRequest.of(disk)).with(settings);
            case COMMIT -> commit(json, CommitRequest.of(disk)).with(settings);
            case COPY ->
                copy(json, CopyRequest.of(disk, json.text("target"), json.text("format")))
                        .with(settings);
            default -> throw json.wrong(TYPE);
        };
    }

    private static PullRequest pull(Members json, PullRequest whole) {
        PullRequest based = json.optionalText("base").map(whole::base).orElse(whole);
        return json.optionalText("bottom").map(based::bottom).orElse(based);
    }

    private static CommitRequest commit(Members json, CommitRequest whole) {
        CommitRequest topped = json.optionalText("top").map(whole::top).orElse(whole);
        CommitRequest based = json.optionalText("base").map(topped::base).orElse(topped);
        return json.flag("shallow") ? based.intoBackingNode() : based;
    }

    private static CopyRequest copy(Members json, CopyRequest whole) {
        CopyRequest copy = json.flag("shallow") ? whole.ofActiveLayerOnly() : whole;
        copy = json.flag("reuseExternal") ? copy.ontoExistingFile() : copy;
        copy = json.flag("synchronousWrites") ? copy.withSynchronousWrites() : copy;
        if (json.optionalNumber("granularity").isPresent()) {
            copy = copy.granularity(json.number("granularity"));
        }
        return json.optionalNumber("bufSize").isPresent() ? copy.bufSize(json.number("bufSize")) : copy;
    }

    private static JobSettings settings(Members json) {
        JobSettings settings = JobSettings.DEFAULT
                .withSpeed(json.number("speed"))
                .withOnError(json.constant("onError", ErrorPolicy.class));
        return json.optionalText("jobId")
                .map(JobId::new)
                .map(settings::withJobId)
                .orElse(settings);
    }
}
