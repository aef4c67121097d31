package io.pairstream.operations.catalogue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.service.http.Json;
import java.util.HexFormat;
import java.util.Optional;

/**
 * What is known under one key: a pair id, or coordinates where there is none.
 *
 * @param prepared name of the row of training, validation or test, in hex; empty where there is
 *     none
 * @param quarantined name of the newest row of quarantine, in hex; empty where there is none
 * @param gone whether the pair was removed: nothing more of it is shown
 * @param receipt its last receipt
 */
record PairState(String prepared, String quarantined, boolean gone, Optional<ReceiptNote> receipt) {

  static final PairState NOTHING = new PairState("", "", false, Optional.empty());

  /** The row that says where the pair stands; empty where there is none yet. */
  Optional<byte[]> standing() {
    String name = prepared.isEmpty() ? quarantined : prepared;
    return name.isEmpty() ? Optional.empty() : Optional.of(HexFormat.of().parseHex(name));
  }

  PairState withPrepared(String name) {
    return new PairState(name, quarantined, false, receipt);
  }

  PairState withQuarantined(String name) {
    return new PairState(prepared, name, gone, receipt);
  }

  PairState withReceipt(Optional<ReceiptNote> other) {
    return new PairState(prepared, quarantined, gone, other);
  }

  PairState removed() {
    return new PairState("", "", true, receipt);
  }

  byte[] stored() {
    ObjectNode json = Json.MAPPER.createObjectNode();
    PairRow.put(json, "p", prepared);
    PairRow.put(json, "q", quarantined);
    if (gone) {
      json.put("g", true);
    }
    receipt.ifPresent(note -> json.set("r", note.json()));
    return Json.bytes(json);
  }

  static PairState of(byte[] stored) {
    JsonNode json = PairRow.read(stored);
    return new PairState(
        json.path("p").asText(""),
        json.path("q").asText(""),
        json.path("g").asBoolean(),
        json.has("r") ? Optional.of(ReceiptNote.of(json.get("r"))) : Optional.empty());
  }
}
