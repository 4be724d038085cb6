package io.cairn.block.filter;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Options;
import io.cairn.block.os.HostPath;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A file of rules: sections `[inject-error]` and `[set-state]` with lines `key = "value"`.
///
/// A section may have an id (`[inject-error "a"]`). Lines that are empty or begin with `#` count
/// for nothing. What stands behind a key and is not ` = "value"` makes the value empty.
final class RuleFile {
    private static final int MAX_LENGTH = 1 << 20;

    private final List<Section> sections = new ArrayList<>();

    private RuleFile() {}

    /// A section's name, its id and its keys.
    record Section(String group, @Nullable String id, Options options) {}

    static List<Section> read(String path) throws BlockException {
        byte[] content;
        try {
            content = HostPath.readAll(path, MAX_LENGTH);
        } catch (BlockException e) {
            throw e.prefixed("Could not read blkdebug config file");
        }
        return parse(new String(content, StandardCharsets.UTF_8));
    }

    static List<Section> parse(String text) throws InvalidOptionException {
        RuleFile file = new RuleFile();
        for (String line : text.lines().toList()) {
            if (line.startsWith("[")) {
                file.startSection(line);
            } else if (!line.isEmpty() && !line.startsWith("#")) {
                file.addKey(line.strip());
            }
        }
        return file.sections;
    }

    private void startSection(String line) throws InvalidOptionException {
        int end = line.indexOf(']');
        String head = line.substring(1, end < 0 ? line.length() : end);
        int quote = head.indexOf(" \"");
        boolean hasId = quote > 0 && head.endsWith("\"") && head.length() > quote + 3;
        String group = hasId ? head.substring(0, quote) : head;
        String id = hasId ? head.substring(quote + 2, head.length() - 1) : null;
        if (!group.equals(RuleSet.INJECT_ERROR) && !group.equals(RuleSet.SET_STATE)) {
            throw new InvalidOptionException("There is no option group '" + group + "'");
        }
        for (Section other : sections) {
            if (id != null && group.equals(other.group) && id.equals(other.id)) {
                throw new InvalidOptionException("Duplicate ID '" + id + "' for " + group);
            }
        }
        sections.add(new Section(group, id, new Options()));
    }

    private void addKey(String line) throws InvalidOptionException {
        if (sections.isEmpty()) {
            throw new InvalidOptionException("no group defined");
        }
        if (line.isEmpty()) {
            throw new InvalidOptionException("parse error");
        }
        int end = 0;
        while (end < line.length() && !Character.isWhitespace(line.charAt(end))) {
            end++;
        }
        sections.getLast().options.put(line.substring(0, end), value(line.substring(end)));
    }

    private static String value(String rest) {
        String text = rest.strip();
        if (!text.startsWith("=")) {
            return "";
        }
        text = text.substring(1).strip();
        if (!text.startsWith("\"")) {
            return "";
        }
        int end = text.indexOf('"', 1);
        return text.substring(1, end < 0 ? text.length() : end);
    }
}
