/**
 * The service that asks models about published pairs: a consumer group on the splits, which looks
 * into its copy of all answers first, asks what is missing, and writes answers, what they say of
 * each pair and its positions in one transaction. Knows nothing of how a model is run.
 */
package io.pairstream.answers;
