package io.pairstream.operations.audit;

import java.util.List;

/**
 * What became of a data set's links.
 *
 * @param inputs links from the start of the log on that the fetchers have finished
 * @param fetched those that a raw pair names
 * @param quarantined those that a record in quarantine names
 * @param waiting those that are to be tried later
 * @param expired links without a raw pair that are older than the oldest raw pair which is kept
 * @param newer records of links that were finished while the audit ran
 * @param differences how many breaches there are, in full
 * @param details the first {@value AuditReport#MAX_DETAILS} of them
 */
public record LinkReport(
    long inputs,
    long fetched,
    long quarantined,
    long waiting,
    long expired,
    long newer,
    long differences,
    List<Difference> details) {}
