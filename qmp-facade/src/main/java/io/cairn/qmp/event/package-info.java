/// Events: from where they arise to the monitors, with their time, none too often.
@NullMarked
package io.cairn.qmp.event;

import org.jspecify.annotations.NullMarked;
