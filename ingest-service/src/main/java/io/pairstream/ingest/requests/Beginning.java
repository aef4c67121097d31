package io.pairstream.ingest.requests;

import io.pairstream.service.http.Answer;

/** What came of beginning a request. */
sealed interface Beginning {

  /** It is ours to work on. */
  record Ours(Claim claim) implements Beginning {}

  /** It was answered before. */
  record Answered(Answer answer) implements Beginning {}

  /** Somebody works on it. */
  record InProgress() implements Beginning {}

  /** The key stands for another request. */
  record AnotherRequest() implements Beginning {}
}
