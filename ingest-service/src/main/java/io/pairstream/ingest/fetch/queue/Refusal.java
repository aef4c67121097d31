package io.pairstream.ingest.fetch.queue;

import io.pairstream.cleaning.RejectReason;

/**
 * Why a link goes to quarantine.
 *
 * @param detail what is wrong and what would be right, in a sentence
 * @param measured the measured value; empty where nothing is measured
 * @param limit empty where there is none
 */
record Refusal(RejectReason reason, String detail, String measured, String limit) {

  static Refusal of(RejectReason reason, String detail) {
    return new Refusal(reason, detail, "", "");
  }
}
