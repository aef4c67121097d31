/**
 * Copies of topics as tables on the instance's own disk: what the service answers from. Knows
 * nothing of what the records say; a {@link io.pairstream.service.table.Aggregate} does.
 */
package io.pairstream.service.table;
