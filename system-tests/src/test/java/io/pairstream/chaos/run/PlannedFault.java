package io.pairstream.chaos.run;

/**
 * A fault that is to come.
 *
 * @param number from 1
 * @param afterAcknowledged records that are acknowledged before it comes
 * @param kind of the catalogue
 * @param overlapsNext whether the next one comes while this one lasts
 * @param seed of whatever the fault chooses: which broker, which instance
 */
record PlannedFault(
    int number, long afterAcknowledged, String kind, boolean overlapsNext, long seed) {}
