/**
 * Tools that operators run and wait for: topics, audit, archive, groups, recipes on trial,
 * pictures.
 */
package io.pairstream.tools;
