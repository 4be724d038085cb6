package io.cairn.protocol.tls;

/// Which end of a connection credentials are for, in the order in which the option names it.
enum TlsEndpoint {
    CLIENT,
    SERVER
}
