package io.pairstream.chaos.run;

/**
 * One promise, and whether the run kept it.
 *
 * @param promise with its limit
 * @param seen what was found instead of nothing
 */
record Check(String promise, String seen, boolean kept) {}
