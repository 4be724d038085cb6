/// Options and the text they come in: the JSON dialect and `json:` names, `key=value` lists, dotted
/// keys, sizes, file names, and the schema by which a driver declares its options once.
///
/// Everything the reference tools say about a wrong option is said here in their words. The package
/// stands on `java.base` alone and keeps the start of a short command lean: no reflection, no
/// lambdas or pattern switches where options are read.
@NullMarked
package io.cairn.block.option;

import org.jspecify.annotations.NullMarked;
