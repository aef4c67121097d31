/**
 * Instances that share partitions and commit in transactions: their frame, their clients, and the
 * transactions of those that are no longer there. Knows how transactional ids and client ids belong
 * together, and nothing of what is written under them.
 */
package io.pairstream.service.transactions;
