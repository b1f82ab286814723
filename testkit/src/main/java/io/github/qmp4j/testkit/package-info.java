/**
 * What tests against QEMU need: a scripted QMP server, a launcher for real QEMU, QEMU in containers, and disk images.
 *
 * <p>{@link FakeQemu} plays the server side of QMP by a {@link QmpScript}: what it expects, what it says, and how it misbehaves.
 * {@link FakeJobs} adds block jobs to it that live as long as the test wants. A {@link Transcript} records what a client and a real
 * QEMU say to each other, for {@link FakeQemu#replaying} to play again where there is no QEMU. A {@link RecordedSchema} knows what
 * the QEMU of a release accepts. {@link RealQemu} and {@link RealStorageDaemon} run the real thing, with one monitor for the client
 * under test and a second one for {@link RawMonitor}, which knows none of the code under test. A {@link CuttingProxy} before either
 * loses the connection at the message that the test names. {@link QemuContainer} runs a QEMU that is not installed, and
 * {@link QemuVersions} a test class on several. {@link DiskImages} asks {@code qemu-img} what an image
 * really holds. A {@link WriteRecorder} records what QEMU writes to images, for a {@link PowerCut} to undo what was not flushed. Everything that blocks is bounded in time; everything that can be left behind is {@link AutoCloseable}.
 *
 * <h2>A client that must survive a late reply</h2>
 *
 * <pre>{@code
 * CountDownLatch gaveUp = new CountDownLatch(1);
 * try (FakeQemu qemu = FakeQemu.script()
 *         .checkedAgainst(RecordedSchema.V10_0)     // no command that QEMU 10.0 would refuse
 *         .negotiate()
 *         .expect("query-jobs")
 *         .pauseUntil(gaveUp)                       // an order of events, and no guess at a time
 *         .reply("[]")
 *         .expect("query-status")
 *         .reply("{\"status\":\"running\"}")
 *         .start()) {
 *     MyClient client = MyClient.connect(qemu.socket());
 *     assertThrows(TimeoutException.class, () -> client.run("query-jobs", ofMillis(100)));
 *     gaveUp.countDown();
 *     assertEquals("running", client.run("query-status", ofSeconds(5)).get("status"));
 *     qemu.verify();                                // everything expected has come, nothing else has
 * }
 * }</pre>
 *
 * <h2>An orchestrator that flattens a disk, without QEMU</h2>
 *
 * <pre>{@code
 * try (FakeJobs jobs = FakeJobs.start(FakeQemu.responding())) {
 *     Future<Result> result = new MyOrchestrator(jobs.qemu().socket()).flatten("disk0", "job-1");
 *     jobs.awaitJob("job-1", ofSeconds(5));
 *     jobs.progress("job-1", 1 << 20, 8 << 20);
 *     jobs.fail("job-1", "No space left on device");
 *     assertEquals("No space left on device", result.get().error());
 *     assertTrue(jobs.status("job-1").isEmpty());   // it has read the result and dismissed the job
 * }
 * }</pre>
 */
@NullMarked
package io.github.qmp4j.testkit;

import org.jspecify.annotations.NullMarked;
