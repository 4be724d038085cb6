package io.cairn.cli;

import io.cairn.block.Workers;
import io.cairn.cli.console.Stdout;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// The last step of the build: runs the tools once in a JVM that then writes what it has loaded
/// into an AOT cache.
///
/// It leaves a stamp beside the cache, which names the JDK and bears the time when the build began;
/// the launcher compares the sources with it. Without the cache the stamp counts for nothing, so a
/// build that is broken off here is made again. A command that fails makes starts slower and
/// nothing else; a test of the start looks at that.
final class Training {
    private static final String TOOLS =
            """
            cairn --version
            cairn img --help
            qemu-img --help
            qemu-img create -f raw DIR/a.raw 4M
            qemu-io -f raw -c write~-P~17~0~1M -c read~0~4k DIR/a.raw
            qemu-img dd if=DIR/a.raw of=DIR/e.raw bs=64k count=2
            qemu-img measure -O qcow2 DIR/a.raw
            qemu-img create -f qcow2 -o cluster_size=64k,lazy_refcounts=on DIR/a.qcow2 4M
            qemu-img resize DIR/a.qcow2 8M
            qemu-img convert -O qcow2 DIR/a.raw DIR/b.qcow2
            qemu-img convert -c -O qcow2 DIR/b.qcow2 DIR/c.qcow2
            qemu-img create -f qcow2 -b b.qcow2 -F qcow2 DIR/d.qcow2
            qemu-io -c write~-P~23~64k~128k -c read~0~4k -c flush DIR/d.qcow2
            qemu-img rebase -u -b c.qcow2 -F qcow2 DIR/d.qcow2
            qemu-img commit -d DIR/d.qcow2
            qemu-img convert -f qcow2 -O raw DIR/d.qcow2 DIR/d.raw
            qemu-img compare DIR/d.raw DIR/d.qcow2
            qemu-img check DIR/c.qcow2
            qemu-img check --output json DIR/d.qcow2
            qemu-img map DIR/d.qcow2
            qemu-img map --output json DIR/d.qcow2
            qemu-img info DIR/a.raw
            qemu-img info DIR/d.qcow2
            qemu-img info --output json DIR/d.qcow2
            qemu-img info --backing-chain DIR/d.qcow2
            qemu-img info DIR/none.qcow2
            """;

    private static final String SERVERS =
            """
            qemu-img create -f raw DIR/a.raw 4M
            qemu-io -f raw -c write~-P~17~0~1M DIR/a.raw
            qemu-img create -f luks SECRET -o key-secret=s,iter-time=10 DIR/b.luks 4M
            qemu-img convert SECRET -n --target-image-opts DIR/a.raw driver=luks,file.filename=DIR/b.luks,key-secret=s
            qemu-img convert SECRET --image-opts driver=luks,file.filename=DIR/b.luks,key-secret=s DIR/c.raw
            qemu-img convert SECRET -O qcow2 -o encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10 DIR/a.raw DIR/d.qcow2
            qemu-img compare SECRET --image-opts driver=raw,file.filename=DIR/a.raw driver=qcow2,file.filename=DIR/d.qcow2,encrypt.key-secret=s
            qemu-img info SECRET --image-opts driver=luks,file.filename=DIR/b.luks,key-secret=s
            qemu-img create -f raw DIR/n.raw 16M
            qemu-io -f raw -c write~-P~17~0~16M DIR/n.raw
            &qemu-nbd -t -k DIR/nbd -f raw DIR/n.raw
            qemu-img info --image-opts driver=nbd,path=DIR/nbd,open-timeout=10
            qemu-img convert -n -f raw -O raw DIR/a.raw nbd+unix:///?socket=DIR/nbd
            qemu-img convert -f raw -O raw nbd+unix:///?socket=DIR/nbd DIR/f.raw
            qemu-img convert -f raw -O qcow2 nbd+unix:///?socket=DIR/nbd DIR/f.qcow2
            qemu-io -f raw -c read~0~4k nbd+unix:///?socket=DIR/nbd
            qemu-img create -f qcow2 DIR/g.qcow2 16M
            qemu-img create -f qcow2 DIR/h.qcow2 16M
            qemu-storage-daemon --object iothread,id=i --blockdev driver=raw,node-name=n,file.driver=file,file.filename=DIR/a.raw --nbd-server addr.type=unix,addr.path=DIR/n1 --export type=nbd,id=e,node-name=n,writable=on --chardev socket,id=s,path=DIR/qmp,server=on,wait=off --monitor s --chardev stdio,id=c --monitor c <QMP
            qemu-system-x86_64 -nodefaults -display none -machine pc -accel qtest -drive file=DIR/g.qcow2,if=none,id=d -device virtio-blk,drive=d -blockdev file,node-name=f,filename=DIR/h.qcow2 -device virtio-scsi,id=v -blockdev qcow2,node-name=h,file=f -device scsi-hd,drive=h,bus=v.0,id=hd -qmp unix:DIR/qmp2,server=on,wait=off -qmp stdio <MACHINE
            """;

    /// What a client says to the daemon. A job goes on beside the commands after it, of which there
    /// are enough for it to end before the daemon does.
    private static final String QMP =
            """
            {"execute":"qmp_capabilities"}
            {"execute":"query-version","id":1}
            {"execute":"query-commands"}
            {"execute":"chardev-add","arguments":{"id":"x","backend":{"type":"socket","data":{"addr":{"type":"unix","data":{"path":"DIR/qmp"}},"server":false}}}}
            {"execute":"blockdev-add","arguments":{"driver":"file","node-name":"gf","filename":"DIR/g.qcow2"}}
            {"execute":"blockdev-add","arguments":{"driver":"qcow2","node-name":"g","file":"gf"}}
            {"execute":"blockdev-add","arguments":{"driver":"qcow2","node-name":"h","file":{"driver":"file","filename":"DIR/h.qcow2"}}}
            {"execute":"blockdev-add","arguments":{"driver":"null-co","node-name":"z","size":16777216,"read-zeroes":true}}
            {"execute":"blockdev-add","arguments":{"driver":"raw","node-name":"r","file":{"driver":"file","filename":"DIR/n.raw"}}}
            {"execute":"query-named-block-nodes","arguments":{"flat":true}}
            {"execute":"query-block"}
            {"execute":"query-blockstats","arguments":{"query-nodes":true}}
            {"execute":"block-dirty-bitmap-add","arguments":{"node":"g","name":"b"}}
            {"execute":"nbd-server-stop"}
            {"execute":"nbd-server-start","arguments":{"addr":{"type":"unix","data":{"path":"DIR/n2"}}}}
            {"execute":"block-export-add","arguments":{"type":"nbd","id":"e2","node-name":"h","writable":true}}
            {"execute":"query-block-exports"}
            {"execute":"block-export-del","arguments":{"id":"e2"}}
            {"execute":"blockdev-mirror","arguments":{"job-id":"m","device":"r","target":"z","sync":"full"}}
            {"execute":"query-jobs"}
            {"execute":"query-block-jobs"}
            {"execute":"transaction","arguments":{"actions":[{"type":"blockdev-backup","data":{"job-id":"k","device":"g","target":"h","sync":"full"}},{"type":"block-dirty-bitmap-clear","data":{"node":"g","name":"b"}}]}}
            {"execute":"object-add","arguments":{"qom-type":"throttle-group","id":"t"}}
            {"execute":"qom-list","arguments":{"path":"/objects"}}
            {"execute":"query-qmp-schema"}
            {"execute":"query-named-block-nodes"}
            {"execute":"block-job-complete","arguments":{"device":"m"}}
            {"execute":"query-jobs"}
            {"execute":"query-nothing"}
            {"execute":"blockdev-del","arguments":{"node-name":"none"}}
            {"execute":"block-dirty-bitmap-remove","arguments":{"node":"g","name":"b"}}
            {"execute":"query-qmp-schema"}
            {"execute":"query-named-block-nodes"}
            {"execute":"quit"}
            """;

    /// What a client says to the machine without a processor.
    private static final String MACHINE =
            """
            {"execute":"qmp_capabilities"}
            {"execute":"query-status"}
            {"execute":"query-block"}
            {"execute":"query-blockstats"}
            {"execute":"human-monitor-command","arguments":{"command-line":"qemu-io d \\"write 0 64k\\""}}
            {"execute":"blockdev-snapshot-sync","arguments":{"device":"d","snapshot-file":"DIR/k.qcow2","format":"qcow2"}}
            {"execute":"block-commit","arguments":{"job-id":"c","device":"d"}}
            {"execute":"query-block-jobs"}
            {"execute":"query-named-block-nodes"}
            {"execute":"device_del","arguments":{"id":"hd"}}
            {"execute":"query-named-block-nodes"}
            {"execute":"human-monitor-command","arguments":{"command-line":"info block"}}
            {"execute":"quit"}
            """;

    private static final String SECRET = "--object secret,id=s,data=secret";

    private Training() {}

    /// Trains a cache.
    ///
    /// @param arguments the cache, the stamp, the instant when the build began, and `servers` if it
    ///   is the cache of the servers, of their clients, and of what works with secrets
    public static void main(String[] arguments) throws IOException {
        Path cache = Path.of(arguments[0]);
        Files.deleteIfExists(cache);
        Path folder = Files.createTempDirectory(cache.toAbsolutePath().getParent(), "training");
        Stdout out = Stdout.ofProcess();
        String commands = arguments.length > 3 ? SERVERS : TOOLS;
        for (String line : commands.replace("SECRET", SECRET).lines().toList()) {
            out.println(line);
            int input = line.indexOf(" <");
            String script = input < 0 ? "" : line.endsWith("<QMP") ? QMP : MACHINE;
            System.setIn(
                    new ByteArrayInputStream(
                            script.replace("DIR", folder.toString())
                                    .getBytes(StandardCharsets.UTF_8)));
            String command = input < 0 ? line : line.substring(0, input);
            List<String> words =
                    Stream.of(command.replace("DIR", folder.toString()).split(" "))
                            .map(word -> word.replace('~', ' '))
                            .toList();
            run(words, out);
        }
        out.flush();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        Path stamp = Path.of(arguments[1]);
        Files.writeString(stamp, System.getProperty("java.home") + "\n");
        Files.setLastModifiedTime(stamp, FileTime.from(Instant.parse(arguments[2])));
    }

    /// Runs a command to its end; one that is marked by `&` is a server, and lives as long as we.
    private static void run(List<String> words, Stdout out) {
        String program = words.getFirst();
        List<String> rest = words.subList(1, words.size());
        if (program.startsWith("&")) {
            Workers.startDaemon("training:server", () -> Main.run(program.substring(1), rest, out));
        } else {
            Main.run(program, rest, out);
        }
    }
}
