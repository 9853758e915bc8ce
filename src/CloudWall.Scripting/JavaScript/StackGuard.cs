using System.Runtime.CompilerServices;
using Jint;

namespace CloudWall.Scripting.JavaScript;

/// <summary>
/// Stops code before the thread's stack is used up, which would end the process: the engine's own count of calls leaves some out, such as
/// those of bound functions.
/// </summary>
internal sealed class StackGuard : Constraint
{
    // At every statement: what comes between two that are looked at must fit into what is left.
    public override bool IsAmortizable => false;

    public override void Check() => RuntimeHelpers.EnsureSufficientExecutionStack();

    public override void Reset()
    {
    }
}
