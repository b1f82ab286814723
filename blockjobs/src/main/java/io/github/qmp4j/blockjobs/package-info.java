/**
 * Pull, commit and copy of disks of a running QEMU.
 *
 * <p>{@link io.github.qmp4j.blockjobs.BlockJobs} starts a {@link io.github.qmp4j.blockjobs.BlockJobRequest} and gives a
 * {@link io.github.qmp4j.blockjobs.BlockJob}, whose {@code outcome()} tells what is true when the job has ended: proved
 * from the job's own result and from the block graph, and {@code Unknown} where it cannot be proved.
 *
 * <p>A program that may die meanwhile gives each piece of work a {@link io.github.qmp4j.blockjobs.JobKey} and keeps a
 * {@link io.github.qmp4j.blockjobs.JobStore}: {@code adoptOrStart} then starts it once, and tells the program that comes back how it ended.
 *
 * <h2>What differs between versions of QEMU</h2>
 *
 * Each line was seen on QEMU 5.2.0, 7.2.22, 10.0.13 and 11.1.3 and is shown by the test that it names, which runs on all
 * four. The versions between were not measured. What a QEMU can do is asked of its schema; only which jobs make it
 * deadly to list its nodes is asked of its version, since no schema tells that. Chains are read without such a listing.
 *
 * <table>
 * <caption>A cell that spans several columns holds for all of these versions.</caption>
 * <thead>
 * <tr><th>what<th>5.2<th>7.2<th>10.0<th>11.1<th>test
 * </thead>
 * <tbody>
 * <tr><td>the start of a job that has nothing to do is answered
 *     <td>amid its events<td colspan="3">after its last event
 *     <td>{@code OrderByVersionTest.answersTheStartOfAPullOfNothingInItsMidstOrAfterItsEnd}
 * <tr><td>start of a copy or an active commit with an error policy other than report
 *     <td>refused: an I/O error after READY would kill QEMU or freeze its monitor<td colspan="3">starts
 *     <td>{@code ReadyErrorTest.refusesEveryPolicyButReportWhereQemuWouldNotSurviveIt}
 * <tr><td>start while a foreign pull of another disk has ended and is not dismissed
 *     <td colspan="4">starts
 *     <td>{@code SeveralDisksTest.readsAndStartsBesideAnEndedPullThatIsNotDismissed}
 * <tr><td>the files of nodes that no device leads to, while a pull (5.2: a backup) exists
 *     <td colspan="2">as they were read last: to list the nodes could kill QEMU<td colspan="2">as they are
 *     <td>{@code DevicelessDiskTest.tellsOfANodeWithoutADeviceBesideAPullWhatCanBeAskedSafely}
 * <tr><td>the outcome of a job on a disk without a guest device, beside another pull
 *     <td colspan="4">comes at once
 *     <td>{@code StorageDaemonDisksTest.completesTwoPullsSideBySide}
 * <tr><td>start on a disk whose ended pull is not dismissed
 *     <td colspan="4">refused, and the job is named
 *     <td>{@code EndByVersionTest.startsNothingOnADiskWithAnEndedPullThatIsNotDismissed}
 * <tr><td>start on a disk whose ended active commit is not dismissed
 *     <td>refused, and the job is named<td colspan="3">starts
 *     <td>{@code EndByVersionTest.startsOnADiskWithAnEndedActiveCommitUnlessThatStillHoldsTheChain}
 * <tr><td>the format that a pull or a commit writes into the header for a base without a format driver
 *     <td colspan="2">{@code file}<td colspan="2">{@code raw}
 *     <td>{@code SchemaByVersionTest.writesTheFormatOfAProtocolNodeIntoTheHeaderAsTheVersionCan}
 * <tr><td>a job that its speed limit holds up is paused
 *     <td>when the limit lets it go on, or is raised<td colspan="3">at once
 *     <td>{@code PauseByVersionTest.pausesAJobThatItsLimitHoldsUpAtOnceOrWhenTheLimitIsRaised}
 * <tr><td>QEMU pauses a job for a moment by itself, which is not shown
 *     <td>seldom<td>at times<td colspan="2">often
 *     <td>{@code NoiseTest.showsNoPauseThatNobodyAskedFor}
 * <tr><td>{@code len} of a copy to a new raw file
 *     <td colspan="4">the data
 *     <td>{@code SizeByVersionTest.countsAndWritesOnlyTheDataWhenItCopiesToANewRawFile}
 * <tr><td>{@code len} of a copy to a raw file that is there, and all zeroes
 *     <td colspan="3">the whole disk<td>the data
 *     <td>{@code SizeByVersionTest.countsAndWritesTheWholeDiskOrOnlyTheDataWhenItCopiesToARawFileThatIsThere}
 * <tr><td>what such a file takes of its file system
 *     <td colspan="2">the data<td>the whole disk<td>the data
 *     <td>{@code SizeByVersionTest.countsAndWritesTheWholeDiskOrOnlyTheDataWhenItCopiesToARawFileThatIsThere}
 * <tr><td>copy, pull and commit of a disk of no bytes
 *     <td colspan="4">complete, with a {@code len} of 0
 *     <td>{@code SizeByVersionTest.copiesPullsAndCommitsADiskOfNoBytes}
 * <tr><td>QEMU tells whether a copy is actively synced, and can change a running one to synchronous writes
 *     <td colspan="2">no<td colspan="2">yes
 *     <td>{@code SchemaByVersionTest.tellsWhetherACopyIsActivelySyncedWhereTheSchemaHasIt},
 *     {@code SchemaByVersionTest.changesARunningCopyToSynchronousWritesWhereTheSchemaHasTheCommand}
 * <tr><td>{@code switchToActiveCopy} of a copy that runs
 *     <td colspan="2">refused: start it with synchronous writes<td colspan="2">completes when both sides are in step
 *     <td>{@code ActiveCopyTest.hintsThatACopyDoesNotConvergeAndConvergesWithSynchronousWritesThroughAChange}
 * <tr><td>pivot of a READY job that is paused
 *     <td>fails, since QEMU refuses it<td colspan="3">waits until the job is resumed
 *     <td>{@code PauseByVersionTest.holdsThePivotOfAPausedJobUntilItIsResumedOrRefusesIt}
 * <tr><td>pivot to a copy whose header names a backing file that is missing
 *     <td>fails, and the job stays READY<td colspan="3">{@code Failed}, and the guest is on the copy
 *     <td>{@code EndByVersionTest.switchesToACopyThatLacksItsBackingFileOrRefusesTo}
 * <tr><td>a job that is finished without a pivot, and whose last flush fails
 *     <td>{@code Cancelled}<td colspan="3">{@code Failed}
 *     <td>{@code ReadyErrorTest.failsAnActiveCommitWhoseLastFlushFails}
 * <tr><td>resume of another client's READY job that an I/O error has paused
 *     <td>refused: QEMU would not survive it<td colspan="3">goes on
 *     <td>{@code ReadyErrorTest.goesOnWithAPivotThatAnErrorHasStoppedUnlessQemuWouldNotSurviveIt},
 *     {@code ReadyErrorTest.resumesAReadyJobThatAFailedWriteHasStopped}
 * <tr><td>cancel of another client's job that a failed write has paused
 *     <td colspan="4">{@code Cancelled}
 *     <td>{@code ReadyErrorTest.cancelsAReadyJobThatAFailedWriteHasStopped}
 * <tr><td>cancel of another client's job that its failed last flush has paused
 *     <td>refused: QEMU would not survive it<td colspan="3">{@code Cancelled}
 *     <td>{@code ReadyErrorTest.cancelsAPivotThatAnErrorHasStoppedUnlessQemuWouldNotSurviveIt}
 * <tr><td>start of a copy or an active commit of an exported disk
 *     <td>refused unless {@code idleExports}: a request under way would kill QEMU<td colspan="3">starts
 *     <td>{@code GuestWritesTest.theGuestSeesWhatItWrote}, {@code ExportedDiskTest.startsItWhereNoRequestCanCome}
 * <tr><td>pull of a disk without a guest device that is exported, where QEMU has I/O threads
 *     <td colspan="2">starts<td colspan="2">refused: it would kill QEMU where one of them runs the export
 *     <td>{@code IoThreadTest.pullsIntoAnExportInAnIoThreadOrRefusesItWhereThatKillsQemu}
 * <tr><td>copy by {@code blockdev-mirror} of the active layer of a disk without a guest device, where QEMU has I/O threads
 *     <td colspan="2">refused: the node that it adds would kill QEMU<td colspan="2">starts
 *     <td>{@code IoThreadTest.copiesTheActiveLayerBelowAnExportInAnIoThreadOrRefusesItWhereThatKillsQemu}
 * <tr><td>the proof of a header of a guest's disk, where QEMU has I/O threads
 *     <td colspan="2">before the start only: a filter would kill QEMU<td colspan="2">also in PENDING
 *     <td>{@code IoThreadTest.commitsBelowAnExportInAnIoThread}
 * <tr><td>the header that a pull has rewritten is on disk when QEMU ends the job; the library has it flushed before it tells of the end
 *     <td colspan="2">no<td colspan="2">yes
 *     <td>{@code TwoPhaseEndTest.rewritesTheHeaderOfAPullBetweenTwoFlushes}
 * <tr><td>what a pull has moved is on disk when QEMU ends it alone; the library has it flushed before it lets QEMU end it
 *     <td colspan="2">no<td colspan="2">yes
 *     <td>{@code DurableTest.losesNothingThatIsDoneWhenQemuIsKilled}
 * <tr><td>the same of a commit into a base that was opened for writing
 *     <td colspan="4">no
 *     <td>{@code DurableTest.losesNothingThatIsDoneWhenQemuIsKilled}
 * <tr><td>how QEMU ends another client's pull, or commit below the active layer, alone where it could not be flushed; the outcome is
 *     {@code Unknown}
 *     <td colspan="4">with success
 *     <td>{@code FlushTest.isNoPullThatIsDoneWhereQemuFinalizesIt}, {@code FlushTest.isNoCommitThatIsDoneWhereQemuFinalizesIt}
 * <tr><td>a pull, or a commit below the active layer, that could not be flushed and waits in PENDING
 *     <td colspan="4">is cancelled: {@code Failed}, with chain and headers as they were
 *     <td>{@code FlushTest.failsAPullAndLeavesItsHeader},
 *     {@code FlushTest.failsACommitThatIsAdoptedBeforeItsEndAndLeavesItsHeader}
 * <tr><td>the event of a READY copy when QEMU quits; the outcome is never {@code Completed}
 *     <td>{@code BLOCK_JOB_COMPLETED}, and nothing was switched<td colspan="3">{@code BLOCK_JOB_CANCELLED}
 *     <td>{@code OrderByVersionTest.completesOrCancelsAReadyCopyWhenQemuQuits},
 *     {@code LostVmTest.neverCompletesAReadyCopyWhenQemuQuits}
 * <tr><td>the answer to {@code quit}
 *     <td>before all events<td colspan="3">after them
 *     <td>{@code OrderByVersionTest.completesOrCancelsAReadyCopyWhenQemuQuits}
 * <tr><td>the event of a copy to a file of another size, which the library refuses before the start
 *     <td>{@code Invalid argument}<td colspan="3">{@code Source and target image have different sizes}
 *     <td>{@code SizeByVersionTest.refusesACopyOntoAFileOfAnotherSizeWhichQemuFailsOnlyAfterTheStart}
 * <tr><td>{@code block-job-pause}, {@code -resume}, {@code -complete}, {@code -finalize} and {@code -dismiss}, which the
 *     library does not send
 *     <td colspan="3">current<td>deprecated
 *     <td>{@code SchemaByVersionTest.flagsTheOldVerbsAsDeprecatedWhereTheVersionDoes}
 * <tr><td>QEMU can be told to reject what is deprecated ({@code -compat}); it takes all that the library sends
 *     <td>no<td colspan="3">yes
 *     <td>{@code FixtureTest.qemuRejectsWhatIsDeprecated}
 * <tr><td>the text of a refusal, which is shown and never parsed
 *     <td>one<td colspan="3">another
 *     <td>{@code SchemaByVersionTest.saysTheSameInOtherWords}
 * </tbody>
 * </table>
 */
@NullMarked
package io.github.qmp4j.blockjobs;

import org.jspecify.annotations.NullMarked;
