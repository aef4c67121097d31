package io.pairstream.storage;

import io.pairstream.storage.ObjectStore.ObjectInfo;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;

/** Tries whether a bucket keeps the promises that a set needs; leaves nothing behind. */
record StoreCheck(S3Store store) {

  private static final int BYTES = 4096;
  private static final int FROM = 1000;
  private static final int COUNT = 500;

  /**
   * Writes, reads, overwrites, lists and deletes an object of 4 KiB below {@code checks/}.
   *
   * @throws IOException with a sentence that names the store, where it does any of this wrongly
   */
  void run() throws IOException {
    String key = "checks/" + UUID.randomUUID();
    byte[] first = new byte[BYTES];
    byte[] second = new byte[BYTES - 1];
    new Random(key.hashCode()).nextBytes(first);
    try {
      require(store.create(key, first), "it refuses to create an object that is not there");
      require(
          !store.create(key, second) && Arrays.equals(store.read(key), first),
          "it ignores If-None-Match and creates an object twice, so that writers would overwrite"
              + " each other; use a store with conditional writes");
      require(
          Arrays.equals(
              store.read(key, FROM, COUNT), Arrays.copyOfRange(first, FROM, FROM + COUNT)),
          "it answers a request for a part with other bytes");
      store.put(key, second);
      require(
          Arrays.equals(store.read(key), second)
              && store.find(key).map(ObjectInfo::bytes).equals(Optional.of((long) second.length)),
          "it does not give back what was written last");
      require(
          store.list("checks/").stream()
              .anyMatch(each -> each.key().equals(key) && each.bytes() == second.length),
          "it does not list an object that was written");
      store.delete(key);
      require(store.find(key).isEmpty(), "it keeps an object that was deleted");
    } catch (IOException | RuntimeException e) {
      try {
        store.delete(key);
      } catch (IOException again) {
        e.addSuppressed(again);
      }
      throw e;
    }
  }

  private void require(boolean isKept, String fault) throws IOException {
    if (!isKept) {
      throw new IOException(store.url() + " cannot hold a data set: " + fault);
    }
  }
}
