/// TLS under NBD's two ends and QMP: the credentials that users make by `--object`, and what they
/// let in.
@NullMarked
package io.cairn.protocol.tls;

import org.jspecify.annotations.NullMarked;
