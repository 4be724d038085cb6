package io.cairn.qmp.export;

/// What there is to know of an export.
///
/// @param isShuttingDown it is to go, and its last client has not left yet
public record ExportInfo(String id, String nodeName, boolean isShuttingDown) {}
