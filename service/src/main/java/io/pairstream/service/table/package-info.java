/**
 * Copies of topics on the instance's own disk, by key: what the service answers from. Knows nothing
 * of what the records say; a {@link io.pairstream.service.table.Fold} does.
 */
package io.pairstream.service.table;
