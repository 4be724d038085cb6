package io.cairn.format.luks;

import io.cairn.block.BlockException;
import io.cairn.block.option.JsonObject;
import io.cairn.format.crypto.CipherSpec;

import java.security.SecureRandom;
import java.util.Optional;

/// A volume of version 1.
final class Luks1Volume implements Volume {
    private final HeaderArea area;
    private final SecureRandom random = new SecureRandom();
    private volatile Luks1Header header;

    Luks1Volume(Luks1Header header, HeaderArea area) {
        this.header = header;
        this.area = area;
    }

    @Override
    public long payloadOffset() {
        return header.payloadOffset();
    }

    @Override
    public long payloadLength() {
        return -1;
    }

    @Override
    public int sectorSize() {
        return Luks1Layout.SECTOR;
    }

    @Override
    public long firstSector() {
        return 0;
    }

    @Override
    public CipherSpec spec() {
        return header.spec();
    }

    @Override
    public JsonObject info() {
        return header.info();
    }

    @Override
    public int slotCount() {
        return Luks1Layout.SLOT_COUNT;
    }

    @Override
    public boolean isActive(int slot) {
        return header.slots().get(slot).isActive();
    }

    @Override
    public Optional<byte[]> unlock(int slot, byte[] passphrase) throws BlockException {
        return Luks1Keys.unlock(header, slot, area, passphrase);
    }

    @Override
    public void addKey(int slot, byte[] key, byte[] passphrase, long iterTime)
            throws BlockException {
        long iterations = Luks1Creation.iterations(header.hash(), key.length, iterTime);
        header = Luks1Keys.addKey(header, slot, area, key, passphrase, iterations, random);
    }

    @Override
    public void eraseKey(int slot) throws BlockException {
        header = Luks1Keys.eraseKey(header, slot, area, random);
    }
}
