/**
 * Transactions of instances that are no longer there. Knows how transactional ids and client ids
 * belong together, and nothing of what is written under them.
 */
package io.pairstream.service.transactions;
