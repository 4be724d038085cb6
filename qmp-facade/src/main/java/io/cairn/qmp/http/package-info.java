/// The live page of a daemon: its graph as a picture, its jobs, exports and figures, for people and
/// for Prometheus. It only reads.
@NullMarked
package io.cairn.qmp.http;

import org.jspecify.annotations.NullMarked;
