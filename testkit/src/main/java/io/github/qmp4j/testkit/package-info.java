/**
 * What tests against QEMU need: a scripted QMP server, a launcher for real QEMU, and disk images.
 *
 * <p>{@link FakeQemu} plays the server side of QMP by a {@link QmpScript}. {@link RealQemu} runs the real thing, with one monitor
 * for the client under test and a second one for {@link RawMonitor}, which knows none of the code under test. {@link DiskImages}
 * asks {@code qemu-img} what an image really holds. Everything that blocks is bounded in time; everything that can be left behind
 * is {@link AutoCloseable}.
 */
@NullMarked
package io.github.qmp4j.testkit;

import org.jspecify.annotations.NullMarked;
