/** One session with one monitor: {@link io.github.qmp4j.client.QmpClient}. */
@NullMarked
package io.github.qmp4j.client;

import org.jspecify.annotations.NullMarked;
