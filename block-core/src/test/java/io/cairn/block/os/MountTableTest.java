package io.cairn.block.os;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.List;

class MountTableTest {
    private static final List<String> TABLE =
            List.of(
                    "23 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw",
                    "40 23 0:39 / /tmp/a\\040b rw,nosuid,nodev - fuse /dev/fuse rw,user_id=0",
                    "41 23 0:40 / /tmp/mp rw,nosuid,nodev - fuse /dev/fuse rw,user_id=0",
                    "42 23 0:41 / /tmp/mp rw,nosuid,nodev - fuse /dev/fuse rw,user_id=0",
                    "43 23 0:42 / /tmp/c\\134d rw",
                    "odd");

    @Test
    void findsWhatIsMountedOnTop() {
        assertThat(MountTable.deviceAt("/tmp/mp", TABLE)).isEqualTo("0:41");
        assertThat(MountTable.deviceAt("/", TABLE)).isEqualTo("254:0");
    }

    @Test
    void readsNamesAsTheKernelWritesThem() {
        assertThat(MountTable.deviceAt("/tmp/a b", TABLE)).isEqualTo("0:39");
        assertThat(MountTable.deviceAt("/tmp/c\\d", TABLE)).isEqualTo("0:42");
    }

    @Test
    void findsNothingWhereNothingIsMounted() {
        assertThat(MountTable.deviceAt("/tmp", TABLE)).isEmpty();
        assertThat(MountTable.deviceAt("/tmp/m", TABLE)).isEmpty();
        assertThat(MountTable.deviceAt("/nowhere/that/is/there")).isEmpty();
    }
}
