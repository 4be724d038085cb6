/// Commands: how they are registered, and how a request becomes a reply.
@NullMarked
package io.cairn.qmp.command;

import org.jspecify.annotations.NullMarked;
