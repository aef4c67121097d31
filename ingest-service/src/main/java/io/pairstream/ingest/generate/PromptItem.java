package io.pairstream.ingest.generate;

/** What a prompt file yields next: a prompt, or what stood in the way of one. */
public sealed interface PromptItem permits Prompt, PromptItem.Problem {

  /** Where in the file: {@code prompts.csv:12}. */
  String where();

  /** A line that gives no prompt. */
  record Problem(String where, String message) implements PromptItem {}
}
