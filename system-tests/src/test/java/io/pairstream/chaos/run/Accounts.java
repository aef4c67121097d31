package io.pairstream.chaos.run;

import java.util.List;
import java.util.Map;

/**
 * The verifier's verdict, in the words of the report.
 *
 * @param figures what was counted, by what it is called
 * @param differences what should not be, a sentence each; not all where there are many
 */
record Accounts(boolean clean, Map<String, Long> figures, List<String> differences) {}
