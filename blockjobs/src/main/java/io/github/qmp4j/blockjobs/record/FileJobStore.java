package io.github.qmp4j.blockjobs.record;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.qmp4j.blockjobs.JobKey;
import io.github.qmp4j.blockjobs.JobRecord;
import io.github.qmp4j.blockjobs.JobStore;
import io.github.qmp4j.blockjobs.JobStoreException;
import io.github.qmp4j.blockjobs.journal.Journal;
import io.github.qmp4j.blockjobs.journal.JournalException;
import io.github.qmp4j.threads.Futures;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** A job store in a {@link Journal}: each key's newest record as JSON, by its job-id. */
public final class FileJobStore implements JobStore {
    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private final Path path;
    private final Journal journal;

    private FileJobStore(Path path, Journal journal) {
        this.path = path;
        this.journal = journal;
    }

    public static FileJobStore open(Path path) {
        try {
            return new FileJobStore(path, Journal.open(path));
        } catch (JournalException e) {
            throw new JobStoreException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public CompletableFuture<Void> record(JobRecord record) {
        return mapped(journal.put(record.key().jobId().value(), text(record)));
    }

    @Override
    public CompletableFuture<Optional<JobRecord>> find(JobKey key) {
        return read(() -> journal.get(key.jobId().value()).map(this::parse).map(record -> requireSame(key, record)));
    }

    @Override
    public CompletableFuture<List<JobRecord>> all() {
        return read(() -> journal.all().values().stream().map(this::parse).toList());
    }

    @Override
    public CompletableFuture<Void> forget(JobKey key) {
        return mapped(journal.remove(key.jobId().value()));
    }

    @Override
    public void close() {
        journal.close();
    }

    private static CompletableFuture<Void> mapped(CompletableFuture<Void> written) {
        return written.exceptionallyCompose(failure -> CompletableFuture.failedFuture(
                new JobStoreException(String.valueOf(Futures.cause(failure).getMessage()), failure)));
    }

    private static <T> CompletableFuture<T> read(Supplier<T> reading) {
        try {
            return CompletableFuture.completedFuture(reading.get());
        } catch (JobStoreException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static String text(JobRecord record) {
        try {
            return MAPPER.writeValueAsString(record.json());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree is always written", e);
        }
    }

    private JobRecord parse(String text) {
        try {
            return JobRecord.of(MAPPER.readTree(text));
        } catch (JsonProcessingException | JobStoreException e) {
            throw new JobStoreException(
                    "the job store '%s' holds a record that cannot be read: %s".formatted(path, e.getMessage()), e);
        }
    }

    /** Two keys of one job-id would fence off each other's work; that takes a collision of hashes. */
    private static JobRecord requireSame(JobKey key, JobRecord record) {
        if (!record.key().equals(key)) {
            throw new JobStoreException("the keys '%s' and '%s' give the same job-id %s; change one of them"
                    .formatted(key, record.key(), key.jobId()));
        }
        return record;
    }
}
