/// What commands and events look like: types that are declared once, in the resource files beside
/// this package, by which input is checked and of which `query-qmp-schema` tells.
@NullMarked
package io.cairn.qmp.schema;

import org.jspecify.annotations.NullMarked;
