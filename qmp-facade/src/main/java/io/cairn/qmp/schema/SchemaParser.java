package io.cairn.qmp.schema;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads the text in which types, commands and events are declared.
///
/// ```
/// # a comment, to the end of the line
/// enum JobStatus
///     created running paused
///
/// struct JobInfo
///     id: str
///     error?: str
///
/// union ObjectOptions on qom-type
///     qom-type: ObjectType
///     id: str
///     = iothread: IothreadProperties
///     = secret: SecretProperties
///
/// alternate BlockdevRef
///     BlockdevOptions
///     str
///
/// command job-pause
///     id: str
///
/// command blockdev-add(BlockdevOptions)
/// command query-jobs -> [JobInfo]
///
/// event JOB_STATUS_CHANGE
///     id: str
///     status: JobStatus
/// ```
///
/// A declaration starts at the margin, what belongs to it is indented. Features follow in braces, a
/// command that may run out of band has `!oob`. A case of a union whose members are one object
/// under a name of its own is `= value: name Type`.
final class SchemaParser {
    private final String source;
    private final List<String> lines;
    private final List<Definition> definitions = new ArrayList<>();
    private int next;

    SchemaParser(String source, String text) {
        this.source = source;
        this.lines = lines(text);
    }

    private static List<String> lines(String text) {
        List<String> lines = new ArrayList<>();
        int length = text.length();
        for (int start = 0; start < length; ) {
            int end = text.indexOf('\n', start);
            end = end < 0 ? length : end;
            lines.add(withoutComment(text.substring(start, end)));
            start = end + 1;
        }
        return lines;
    }

    private static String withoutComment(String line) {
        int hash = line.indexOf('#');
        return (hash < 0 ? line : line.substring(0, hash)).stripTrailing();
    }

    List<Definition> parse() {
        while (next < lines.size()) {
            String line = lines.get(next++);
            if (!line.isEmpty()) {
                declaration(line);
            }
        }
        return definitions;
    }

    private void declaration(String line) {
        List<String> features = new ArrayList<>();
        String head = takeFeatures(line, features);
        int blank = head.indexOf(' ');
        if (blank <= 0) {
            throw wrong("a declaration is expected");
        }
        String rest = head.substring(blank + 1).strip();
        switch (head.substring(0, blank)) {
            case "enum" -> choice(rest, features);
            case "struct" -> definitions.add(struct(rest, null, features));
            case "union" -> {
                int on = rest.indexOf(" on ");
                if (on < 0) {
                    throw wrong("a union needs a tag");
                }
                String tag = rest.substring(on + 4).strip();
                definitions.add(struct(rest.substring(0, on).strip(), tag, features));
            }
            case "alternate" -> definitions.add(new Definition.Alternate(rest, words()));
            case "command" -> command(rest, features);
            case "event" -> {
                String name = before(rest, "(");
                definitions.add(new Definition.Event(name, data(rest, name), features));
            }
            default -> throw wrong("unknown kind of declaration");
        }
    }

    private void choice(String name, List<String> features) {
        List<Definition.Choice.Value> values = new ArrayList<>();
        for (String word : words()) {
            int brace = word.indexOf('{');
            if (brace < 0) {
                values.add(new Definition.Choice.Value(word, List.of()));
            } else {
                String inside = word.substring(brace + 1, word.length() - 1);
                values.add(
                        new Definition.Choice.Value(
                                word.substring(0, brace), List.of(inside.split(","))));
            }
        }
        definitions.add(new Definition.Choice(name, values, features));
    }

    private void command(String rest, List<String> features) {
        String head = rest;
        boolean allowsOob = head.endsWith(" !oob");
        if (allowsOob) {
            head = head.substring(0, head.length() - 5).stripTrailing();
        }
        int arrow = head.indexOf(" -> ");
        String returns = arrow < 0 ? null : head.substring(arrow + 4).strip();
        head = arrow < 0 ? head : head.substring(0, arrow);
        String name = before(head, "(");
        String arguments = data(head, name);
        definitions.add(new Definition.Command(name, arguments, returns, allowsOob, features));
    }

    /// The type that the head names in parentheses, or that of the members that follow.
    private String data(String head, String name) {
        int open = head.indexOf('(');
        if (open >= 0) {
            return head.substring(open + 1, head.length() - 1);
        }
        Definition.Struct own = struct(name + " arguments", null, List.of());
        if (own.members().isEmpty()) {
            return Schema.EMPTY.name();
        }
        definitions.add(own);
        return own.name();
    }

    private Definition.Struct struct(String name, @Nullable String tag, List<String> features) {
        List<Definition.Member> members = new ArrayList<>();
        Map<String, String> cases = new LinkedHashMap<>();
        for (String line : body()) {
            int colon = line.indexOf(':');
            if (colon <= 0) {
                throw wrong("a member is expected");
            }
            if (line.startsWith("=")) {
                String value = line.substring(1, colon).strip();
                cases.put(value, caseType(name, value, line.substring(colon + 1).strip()));
            } else {
                members.add(member(line, colon));
            }
        }
        return new Definition.Struct(name, members, tag, cases, features);
    }

    private Definition.Member member(String line, int colon) {
        List<String> features = new ArrayList<>();
        String type = takeFeatures(line.substring(colon + 1), features).strip();
        boolean optional = line.charAt(colon - 1) == '?';
        String name = line.substring(0, optional ? colon - 1 : colon);
        return new Definition.Member(name, type, optional, features);
    }

    /// The type of a case, made here if it is one object under a name.
    private String caseType(String union, String value, String text) {
        int blank = text.indexOf(' ');
        if (blank < 0) {
            return text;
        }
        Definition.Member only =
                new Definition.Member(
                        text.substring(0, blank),
                        text.substring(blank + 1).strip(),
                        false,
                        List.of());
        String name = union + " " + value;
        definitions.add(new Definition.Struct(name, List.of(only), null, Map.of(), List.of()));
        return name;
    }

    private List<String> words() {
        List<String> words = new ArrayList<>();
        for (String line : body()) {
            addWords(line, words);
        }
        return words;
    }

    /// Adds what stands between blanks.
    private static void addWords(String text, List<String> words) {
        int length = text.length();
        for (int start = 0; start < length; ) {
            int blank = text.indexOf(' ', start);
            int end = blank < 0 ? length : blank;
            if (end > start) {
                words.add(text.substring(start, end));
            }
            start = end + 1;
        }
    }

    /// The indented lines from here on, without their indentation.
    private List<String> body() {
        List<String> body = new ArrayList<>();
        while (next < lines.size() && lines.get(next).startsWith(" ")) {
            body.add(lines.get(next++).strip());
        }
        return body;
    }

    /// Takes `{…}` off a line's end.
    private String takeFeatures(String line, List<String> features) {
        int brace = line.indexOf(" {");
        if (brace < 0) {
            return line;
        }
        if (!line.endsWith("}")) {
            throw wrong("the features do not end");
        }
        addWords(line.substring(brace + 2, line.length() - 1), features);
        return line.substring(0, brace);
    }

    private static String before(String text, String mark) {
        int at = text.indexOf(mark);
        return at < 0 ? text : text.substring(0, at);
    }

    private IllegalArgumentException wrong(String problem) {
        return new IllegalArgumentException(source + ":" + next + ": " + problem);
    }
}
