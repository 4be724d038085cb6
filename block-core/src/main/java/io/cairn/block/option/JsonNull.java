package io.cairn.block.option;

/// `null`: as an option's value it often means "without", as in `"backing": null`.
public enum JsonNull implements JsonValue {
    NULL
}
